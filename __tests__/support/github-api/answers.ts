/** A response of the API, before it is serialised. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const documentation = 'https://docs.github.com/rest/issues/comments'

function refusal(status: number, message: string, errors?: unknown[]): Answer {
  const body = {
    message,
    ...(errors !== undefined && { errors }),
    documentation_url: documentation,
    status: String(status)
  }
  return { status, body }
}

/** The messages of GitHub, as quoted in many issues of its users. */
export const answers = {
  badCredentials: refusal(401, 'Bad credentials'),
  notFound: refusal(404, 'Not Found'),
  notAccessible: refusal(403, 'Resource not accessible by integration'),
  locked: refusal(403, 'Unable to create comment because issue is locked.'),
  archived: refusal(403, 'Repository was archived so is read-only.'),
  noJson: refusal(400, 'Problems parsing JSON'),
  noBody: refusal(422, 'Validation Failed', [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }]),
  tooLong: refusal(422, 'Validation Failed', [
    {
      resource: 'IssueComment',
      code: 'unprocessable',
      field: 'data',
      message: 'Body is too long (maximum is 65536 characters)'
    }
  ]),
  /** @param seconds of the header retry-after, which is not always present */
  secondaryLimit(status: 403 | 429, seconds?: number): Answer {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    return {
      ...refusal(status, message),
      ...(seconds !== undefined && { headers: { 'retry-after': String(seconds) } })
    }
  },
  /** @param seconds until the window ends, by the clock of the server */
  primaryLimit(status: 403 | 429, seconds: number): Answer {
    const reset = Math.floor(Date.now() / 1000) + seconds
    return {
      ...refusal(status, 'API rate limit exceeded for installation ID 12345.'),
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-used': '1000', 'x-ratelimit-reset': String(reset) }
    }
  },
  unavailable: { status: 502, body: '<html><head><title>502 Bad Gateway</title></head></html>' }
} as const
