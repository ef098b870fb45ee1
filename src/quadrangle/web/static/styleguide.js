// The style guide tries that Alpine and Sortable run under the policy of the screens.
document.addEventListener("alpine:init", () => {
  Alpine.data("counter", () => ({ count: 0, more() { this.count += 1; } }));
});
Sortable.create(document.getElementById("sortable"));
