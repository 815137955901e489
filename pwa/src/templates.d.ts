/** The page templates, which the build compiles (pwa/templates.mjs). */
declare module "traveler:templates" {
  export const TEMPLATES: import("./render/engine").Templates;
}
