import type { IncomingMessage } from 'node:http'
import { textAt } from '../kubernetes-object.ts'
import { ApiError, ForeignAnswer, NetworkError } from './errors.ts'

export interface ApiResponse {
  status: number
  /** An object with its kind, or a text where one was asked for. */
  body: unknown
  /** What the server warns of: deprecations, Pod Security. */
  warnings: string[]
}

/**
 * Reads an answer to its end.
 * @param asText whether a text was asked for, and not an object
 * @throws ApiError if the server refuses, NetworkError if the answer breaks off, ForeignAnswer if no Kubernetes API
 * answers like that
 */
export async function readResponse(response: IncomingMessage, server: URL, asText: boolean): Promise<ApiResponse> {
  const text = await textOf(response).catch((error: unknown) => Promise.reject(new NetworkError(server, error)))
  const { statusCode: status = 0, headers } = response
  const contentType = headers['content-type']
  const body = contentType?.includes('json') ? parsed(text) : text
  const isForeign =
    status < 400
      ? status >= 300 || !(asText || textAt(body, 'kind'))
      : // The page of a proxy or of another server. A busy one may be in front of the right one.
        status < 500 && status !== 429 && contentType?.includes('html')
  if (isForeign) throw new ForeignAnswer(server, status, contentType)
  if (status >= 400) {
    const retryAfter = Number(headers['retry-after'])
    throw new ApiError(status, body, Number.isFinite(retryAfter) ? retryAfter : undefined)
  }
  return { status, body: asText ? text : body, warnings: warningsIn(headers['warning']) }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** The JSON of a text, and the text itself if it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `299 - "text"`, possibly several in one header (RFC 9111, warn-text). */
function warningsIn(header = ''): string[] {
  return [...header.matchAll(/\d{3} \S+ "((?:\\.|[^"\\])*)"/g)].map(([, text]) => (text ?? '').replace(/\\(.)/g, '$1'))
}
