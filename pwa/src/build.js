/** The build that this worker belongs to; the server puts its id in when it serves /sw.js. */

export const BUILD = "__BUILD__";
