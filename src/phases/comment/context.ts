import { at } from '../../core/kubernetes/object.ts'

export interface PullRequest {
  owner: string
  repository: string
  number: number
  /** Whether its branch is in another repository, so that the token of the run is read-only. */
  isFork: boolean
}

/** The identity of a run; a run that was started later has the higher number, and a repetition the higher attempt. */
export interface RunNumber {
  id: number
  attempt: number
}

export interface RunContext {
  /** Undefined if the run is not for a pull request. */
  pullRequest: PullRequest | undefined
  run: RunNumber
  runUrl: string | undefined
  apiUrl: string
}

/**
 * The description of the run by the runner.
 * @param environment the variables GITHUB_…
 * @param event the content of GITHUB_EVENT_PATH; undefined if there is none
 */
export function contextOf(environment: Readonly<Record<string, string | undefined>>, event: unknown): RunContext {
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(environment['GITHUB_REPOSITORY'] ?? '')
  const [path, owner = '', repository = ''] = match ?? []
  const run = {
    id: numberFrom(environment['GITHUB_RUN_ID']) ?? 0,
    attempt: numberFrom(environment['GITHUB_RUN_ATTEMPT']) ?? 1
  }
  const server = environment['GITHUB_SERVER_URL'] ?? ''
  const eventName = environment['GITHUB_EVENT_NAME'] ?? ''
  const number = path === undefined ? undefined : pullRequestNumber(eventName, event)
  const isFork = eventName === 'pull_request' && isFromElsewhere(event)
  return {
    pullRequest: number === undefined ? undefined : { owner, repository, number, isFork },
    run,
    runUrl:
      path !== undefined && run.id > 0 && /^https?:\/\/[\w.:-]+$/.test(server)
        ? `${server}/${path}/actions/runs/${run.id}/attempts/${run.attempt}`
        : undefined,
    apiUrl: (environment['GITHUB_API_URL'] || 'https://api.github.com').replace(/\/+$/, '')
  }
}

const events = ['pull_request', 'pull_request_target']

function pullRequestNumber(name: string, event: unknown): number | undefined {
  const number = at(event, 'pull_request', 'number')
  const isNumber = typeof number === 'number' && Number.isSafeInteger(number) && number > 0
  return isNumber && events.includes(name) ? number : undefined
}

/** The head has no repository if the fork was deleted. */
function isFromElsewhere(event: unknown): boolean {
  const [head, base] = ['head', 'base'].map((side) => at(event, 'pull_request', side, 'repo', 'full_name'))
  return head !== base
}

function numberFrom(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}
