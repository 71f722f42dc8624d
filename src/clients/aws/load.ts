/**
 * Loads the client with the SDK of AWS, which only runs that ask ElastiCache need. scripts/build.ts puts a module in the
 * place of this one that loads the client's own bundle: a chunk of the bundler would be neither minified nor counted in
 * the file of licences.
 */
export const loadClient = () => import('./client.ts')
