import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitHubApi } from '../support/github-api/server.ts'
import type { KubernetesApi } from '../support/kubernetes-api/server.ts'
import { type ClientPlan, clientPlan } from './client-planning.ts'

interface Servers {
  readonly github: GitHubApi
  /** The cluster of the kubeconfig, where one is asked. */
  readonly kubernetes?: KubernetesApi
}

let lastRun = 100

/** Runs the action from its sources in a pull request to main, which may comment there; each run is a newer one. */
export async function inPullRequest(
  workspace: string,
  inputs: Record<string, string>,
  { github, kubernetes }: Servers
): Promise<ClientPlan> {
  const directory = await mkdtemp(join(tmpdir(), 'pull-request-'))
  const [event, kubeconfig] = ['event.json', 'kubeconfig'].map((name) => join(directory, name))
  if (event === undefined || kubeconfig === undefined) throw new Error('two paths were made')
  const side = { repo: { full_name: 'hospital/erp' } }
  try {
    await writeFile(event, JSON.stringify({ pull_request: { number: 12, head: side, base: side } }))
    await writeFile(kubeconfig, kubernetes?.kubeconfig ?? '', { mode: 0o600 })
    return await clientPlan(
      workspace,
      { comment: 'auto', 'github-token': github.token(), ...inputs },
      {
        KUBECONFIG: kubeconfig,
        GITHUB_API_URL: github.url,
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: event,
        GITHUB_REPOSITORY: 'hospital/erp',
        GITHUB_RUN_ID: String(++lastRun)
      }
    )
  } finally {
    await rm(directory, { recursive: true })
  }
}
