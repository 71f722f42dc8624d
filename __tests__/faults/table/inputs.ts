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
    wrong('`environment: integration` without manifests of its own', { environment: 'integration' }, 'integration'),
    wrong('`maxmemory: 256Mi`, which is no unit of Redis', { maxmemory: '256Mi' }, 'maxmemory', '256Mi', '256mb'),
    wrong(
      '`memory-limit: 512mb`, which is no unit of Kubernetes',
      { 'memory-limit': '512mb' },
      'memory-limit',
      '512mb'
    ),
    wrong('`maxmemory-policy: newest-first`', { 'maxmemory-policy': 'newest-first' }, 'newest-first', 'allkeys-lru'),
    wrong('`timeout: 5 minutes`', { timeout: '5 minutes' }, 'timeout', '5 minutes', '90s'),
    wrong('`memory-threshold: 0`', { 'memory-threshold': '0' }, 'memory-threshold', '0'),
    wrong('`redis-image` without a tag', { 'redis-image': 'docker.io/library/redis' }, 'redis-image', 'tag'),
    wrong('`namespace: Hospital_ERP`', { namespace: 'Hospital_ERP' }, 'namespace', 'Hospital_ERP'),
    wrong('`manifests` names a folder that is not there', { manifests: 'deploy/nowhere' }, 'deploy/nowhere'),
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
    wrongOfDeploy('`dry-run: yes`', { 'dry-run': 'yes' }, 'dry-run', 'yes'),
    wrongOfDeploy(
      '`redis-password` with a space before it, which would be stored so',
      { 'redis-password': ' leading-space-1' },
      'redis-password'
    ),
    wrongOfDeploy('`probe-from: laptop`', { 'probe-from': 'laptop' }, 'probe-from', 'laptop')
  ]
}
