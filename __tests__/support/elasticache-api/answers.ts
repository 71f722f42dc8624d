/** The responses of the stand-in: a status and a body, or no response, or a broken connection. */
export type Answer = { status: number; type: string; body: string } | 'silence' | 'hang-up'

const namespaces = {
  elasticache: 'http://elasticache.amazonaws.com/doc/2015-02-02/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/'
}

/** An XML element; a list contains its children, undefined is left out. */
export type Xml = string | number | boolean | undefined | readonly [name: string, value: Xml][]

/** The response of the query API: `<ActionResponse><ActionResult>…`. */
export function result(action: string, value: Xml, service: keyof typeof namespaces = 'elasticache'): Answer {
  const metadata: Xml = [['RequestId', '6f4bdb0a-0000-4000-8000-000000000000']]
  const inner = element(`${action}Result`, value) + element('ResponseMetadata', metadata)
  return xml(200, `<${action}Response xmlns="${namespaces[service]}">${inner}</${action}Response>`)
}

/** An error in the format of ElastiCache and STS. */
export function refusal(status: number, code: string, message: string): Answer {
  const error = element('Error', [
    ['Type', status < 500 ? 'Sender' : 'Receiver'],
    ['Code', code],
    ['Message', message]
  ])
  const inner = `${error}${element('RequestId', '6f4bdb0a-0000-4000-8000-000000000000')}`
  return xml(status, `<ErrorResponse xmlns="${namespaces.elasticache}">${inner}</ErrorResponse>`)
}

/** A page of something that is not AWS. */
export function page(status: number): Answer {
  return { status, type: 'text/html', body: `<html><body><h1>${status} from a proxy</h1></body></html>` }
}

function xml(status: number, body: string): Answer {
  return { status, type: 'text/xml', body }
}

function element(name: string, value: Xml): string {
  if (value === undefined) return ''
  const inner = typeof value === 'object' ? value.map(([child, of]) => element(child, of)).join('') : escaped(value)
  return `<${name}>${inner}</${name}>`
}

function escaped(value: string | number | boolean): string {
  return String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
