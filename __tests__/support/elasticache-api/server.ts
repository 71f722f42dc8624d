import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { portOf } from '../redis/listen.ts'
import type { Answer } from './answers.ts'

/** A request as received: the parameters of the query API are its form. */
export interface AwsRequest {
  action: string
  parameters: ReadonlyMap<string, string>
  headers: IncomingHttpHeaders
}

export interface AwsApi extends AsyncDisposable {
  readonly url: string
  readonly requests: AwsRequest[]
}

/** A stand-in for the AWS APIs that use forms and XML; it signs nothing and accepts every signature. */
export async function startAwsApi(answer: (request: AwsRequest, number: number) => Answer): Promise<AwsApi> {
  const requests: AwsRequest[] = []
  const server = createServer((incoming, response) => {
    const respond = (form: string) => {
      const parameters = new Map(new URLSearchParams(form))
      const request = { action: parameters.get('Action') ?? '', parameters, headers: incoming.headers }
      requests.push(request)
      const answered = answer(request, requests.length)
      if (answered === 'hang-up') incoming.socket.destroy()
      else if (answered !== 'silence')
        response.writeHead(answered.status, { 'content-type': answered.type }).end(answered.body)
    }
    // A client that disconnects in the middle of its request is not a failure of the server.
    text(incoming).then(respond, () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}
