export type EndpointForm =
  | 'primary-tls'
  | 'replica-tls'
  | 'configuration-tls'
  | 'node-tls'
  | 'serverless'
  | 'primary'
  | 'reader'
  | 'node'
  | 'configuration'
  | 'other'

/** What a host name reveals about the cache behind it. */
export interface AwsEndpoint {
  /** Whether ElastiCache assigned this name. */
  aws: boolean
  form: EndpointForm
  /** Whether the cache encrypts in transit; undefined where the name does not reveal it. */
  tls: boolean | undefined
}

/** China and the European Sovereign Cloud have their own domains. */
const suffix = /\.cache\.amazonaws\.(com(\.cn)?|eu)$/

/**
 * The forms of names without `.cache.amazonaws.com`, each with what it reveals about encryption. The last label is a
 * region code, of which there are short ones (apn2) and long ones: it is matched, and nothing is derived from it. No
 * AWS page lists the forms; they were collected from public configurations and from clients that parse them. It is
 * documented that a group gets names of another form when encryption in transit is enabled, and loses the old ones when
 * it is required: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/enable-python-best-practices.html
 *
 * The first match counts. A group may be called `replica`, so the forms without encryption come first; a group called
 * `x-ro` is indistinguishable from the reader of `x`.
 */
const forms: readonly [form: EndpointForm, tls: boolean, name: RegExp][] = [
  ['serverless', true, /^[^.]+\.serverless\.[^.]+$/],
  ['reader', false, /^[^.]+-ro\.[^.]+\.ng\.\d{4}\.[^.]+$/],
  ['primary', false, /^[^.]+\.[^.]+\.ng\.\d{4}\.[^.]+$/],
  ['node', false, /^[^.]+\.[^.]+\.\d{4}\.[^.]+$/],
  ['configuration', false, /^[^.]+\.[^.]+\.clustercfg\.[^.]+$/],
  ['primary-tls', true, /^master\.[^.]+\.[^.]+\.[^.]+$/],
  ['replica-tls', true, /^replica\.[^.]+\.[^.]+\.[^.]+$/],
  ['configuration-tls', true, /^clustercfg\.[^.]+\.[^.]+\.[^.]+$/],
  ['node-tls', true, /^([^.]+)(-\d{4})?-\d{3}\.\1\.[^.]+\.[^.]+$/]
]

/** Classifies a host name, or an IP address, about which nothing is known. */
export function endpointForm(host: string): AwsEndpoint {
  const name = hostName(host)
  if (!suffix.test(name)) return { aws: false, form: 'other', tls: undefined }
  const own = name.replace(suffix, '')
  const [form, tls] = forms.find(([, , pattern]) => pattern.test(own)) ?? ['other', undefined]
  return { aws: true, form, tls }
}

/** A host in the form used for comparison: lower case, without the trailing dot of an absolute name. */
export function hostName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}
