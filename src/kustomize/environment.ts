/** What finds the program, and what a shim of a version manager needs. */
const always = ['PATH', 'HOME']

/** What git, ssh and a Go program take from the environment to reach a repository. */
const forDownloads = [
  'SSH_AUTH_SOCK',
  'GIT_SSH_COMMAND',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()])
]

/** Nothing listens on the port of the discard protocol. */
const nowhere = 'http://127.0.0.1:9'

/**
 * The environment of kustomize. It gets no secret of the job, because kustomize before 5.0 puts a variable into a
 * ConfigMap when a file of variables names it without a value. Unless downloads are allowed, git and HTTP lead nowhere,
 * should a reference to something remote ever come so far.
 */
export function kustomizeEnvironment(own: NodeJS.ProcessEnv, allowRemote: boolean): NodeJS.ProcessEnv {
  const names = allowRemote ? [...always, ...forDownloads] : always
  return {
    ...Object.fromEntries(names.filter((name) => own[name] !== undefined).map((name) => [name, own[name]])),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: allowRemote ? 'http:https:ssh' : 'none',
    ...(allowRemote ? {} : { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere })
  }
}
