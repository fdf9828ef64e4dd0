// The global of swagger-ui-dist. Nothing of it asks another server.
window.SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#api',
  validatorUrl: null,
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  // Long streams and whole records would stop the page.
  syntaxHighlight: { activated: false },
  // The key is gone when the page is.
  persistAuthorization: false,
});
