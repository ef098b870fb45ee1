"""Small parts without a domain word in them: clock, ids, errors, access, params, paging, slug, html."""
