"use strict";

SwaggerUIBundle({
  url: "/api/openapi.json",
  domNode: document.getElementById("reference"),
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  persistAuthorization: false,
  displayRequestDuration: true,
  tagsSorter: "alpha",
  onComplete: () => {
    document.documentElement.dataset.ready = "yes";
  },
});
