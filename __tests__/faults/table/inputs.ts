import { both, kubectl, type Line, type Outcome, red, type Subject } from '../line.ts'

/** A value of an input that is refused before the cluster is contacted; nothing else is wrong. */
function wrong(title: string, inputs: Record<string, string>, ...words: (string | RegExp)[]): Line {
  return { title, inputs, look: untouched, ...both(red('invalid-input', ...words)) }
}

/** The same of an input that verify does not have. */
function wrongOfDeploy(title: string, inputs: Record<string, string>, ...words: (string | RegExp)[]): Line {
  const deploy: Outcome = red('invalid-input', ...words)
  return { title, deployInputs: inputs, look: untouched, deploy }
}

const untouched = kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.status.phase}')('Running')

/** Inputs that are wrong. No value of a secret input is repeated. */
export const inputs: Subject = {
  title: 'An input is wrong',
  lines: [
    wrong('`maxmemory: 256Mi`, which is no unit of Redis', { maxmemory: '256Mi' }, 'maxmemory', '256Mi', '256mb'),
    wrong('`timeout: 5 minutes`', { timeout: '5 minutes' }, 'timeout', '5 minutes', '90s'),
    wrong('`manifests` leads out of the workspace', { manifests: '../elsewhere' }, '../elsewhere'),
    wrong(
      '`secret-store` where Redis is self-hosted, which would have no effect',
      { 'secret-store': 'vault' },
      'secret-store'
    ),
    wrong(
      '`kubeconfig` is neither a kubeconfig nor base64 of one',
      { kubeconfig: 'a-secret-of-the-user' },
      'kubeconfig'
    ),
    wrongOfDeploy(
      '`redis-password` with a space before it, which would be stored so',
      { 'redis-password': ' leading-space-1' },
      'redis-password'
    )
  ]
}
