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

/** What the name of a host tells of the cache behind it. */
export interface AwsEndpoint {
  /** ElastiCache gave this name. */
  aws: boolean
  form: EndpointForm
  /** Whether the cache encrypts in transit; undefined where the name does not tell. */
  tls: boolean | undefined
}

/** That of China and that of the European Sovereign Cloud are others. */
const suffix = /\.cache\.amazonaws\.(com(\.cn)?|eu)$/

/**
 * The forms of names without `.cache.amazonaws.com`, each with what it tells of encryption. The last label is a code of
 * the region, of which there are short ones (apn2) and long ones: it is matched, and nothing is derived from it. No page
 * of AWS lists the forms; they are those of public configurations and of clients that parse them. That a group gets
 * names of another form when encryption in transit is enabled, and loses the old ones when it is required, is documented:
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/enable-python-best-practices.html
 *
 * The first that matches counts. A group may be called `replica`, so the forms without encryption come first; one that is
 * called `x-ro` cannot be told from the reader of `x`.
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

/** Reads the name of a host, or its IP address, of which nothing is known. */
export function endpointForm(host: string): AwsEndpoint {
  const name = hostName(host)
  if (!suffix.test(name)) return { aws: false, form: 'other', tls: undefined }
  const own = name.replace(suffix, '')
  const [form, tls] = forms.find(([, , pattern]) => pattern.test(own)) ?? ['other', undefined]
  return { aws: true, form, tls }
}

/** A host as it is compared: without case and without the dot that ends an absolute name. */
export function hostName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}
