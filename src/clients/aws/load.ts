/**
 * Loads the client with the AWS SDK, which only runs that query ElastiCache need. scripts/build.ts replaces this module
 * by one that loads the client's own bundle: a chunk of the bundler would be neither minified nor covered by the
 * licence file.
 */
export const loadClient = () => import('./client.ts')
