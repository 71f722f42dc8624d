import { describe, expect, test } from '@jest/globals'
import { containerProblem } from '../../../../src/phases/rollout/container-problem.ts'
import { pod, waiting } from './shapes.ts'

const image = 'docker.io/library/redis:9.9.9'
const resolving = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": `
const pulling = `Back-off pulling image "${image}": ErrImagePull: `
const problemOf = (reason: string, message?: string, named = image) => {
  const status = waiting(reason, message, { image: named })
  return containerProblem(pod({ statuses: [status] }), status, [], 'team')
}

const noHost =
  'Head "https://registry-1.docker.io/v2/library/redis/manifests/9.9.9": ' +
  'dial tcp: lookup registry-1.docker.io on 10.96.0.10:53: no such host'
const denied =
  'pull access denied, repository does not exist or may require authorization: ' +
  'server message: insufficient_scope: authorization failed'
const limited =
  '429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. ' +
  'https://www.docker.com/increase-rate-limit'
const answered = (status: string) =>
  `unexpected status from HEAD request to https://registry-1.docker.io/v2/library/redis/manifests/9.9.9: ${status}`

describe('an image that cannot be pulled', () => {
  test.each([
    ['image missing', 'ErrImagePull', `${resolving}${image}: not found`, `${image}: not found`, 0],
    [
      'image missing, while the kubelet waits',
      'ImagePullBackOff',
      `${pulling}${resolving}${image}: not found`,
      `${image}: not found`,
      0
    ],
    [
      'image missing, as kubelets before 1.35 say it',
      'ErrImagePull',
      `rpc error: code = NotFound desc = ${resolving}${image}: not found`,
      `${image}: not found`,
      0
    ],
    [
      'image missing, as reported by Docker',
      'ErrImagePull',
      'rpc error: code = Unknown desc = Error response from daemon: manifest for redis:9.9.9 not found: manifest unknown',
      'manifest for redis:9.9.9 not found: manifest unknown',
      0
    ],
    ['image: access denied', 'ErrImagePull', `${resolving}${denied}`, denied, 0],
    ['image: access denied, while the kubelet waits', 'ImagePullBackOff', `${pulling}${resolving}${denied}`, denied, 0],
    ['rate limit', 'ErrImagePull', `failed to pull and unpack image "${image}": ${limited}`, limited, 60_000],
    [
      'rate limit, as reported for a HEAD request',
      'ErrImagePull',
      resolving + answered('429 Too Many Requests'),
      answered('429 Too Many Requests'),
      60_000
    ],
    ['rate limit without words', 'ErrImagePull', resolving + answered('429'), answered('429'), 60_000],
    [
      'registry that fails',
      'ErrImagePull',
      resolving + answered('503 Service Unavailable'),
      answered('503 Service Unavailable'),
      60_000
    ],
    [
      'registry that fails, as other runtimes say it',
      'ImagePullBackOff',
      'reading manifest 9.9.9: received unexpected HTTP status: 502 Bad Gateway',
      'reading manifest 9.9.9: received unexpected HTTP status: 502 Bad Gateway',
      60_000
    ],
    ['image missing whose tag is a number', 'ErrImagePull', 'redis:503: not found', 'redis:503: not found', 0],
    ['registry not found by name', 'ErrImagePull', `${resolving}failed to do request: ${noHost}`, noHost, 5_000],
    [
      'registry not found by name, while the kubelet waits',
      'ImagePullBackOff',
      `${pulling}${resolving}failed to do request: ${noHost}`,
      noHost,
      5_000
    ],
    [
      'pull policy Never',
      'ErrImageNeverPull',
      `Container image "${image}" is not present with pull policy of Never`,
      `Container image "${image}" is not present with pull policy of Never`,
      5_000
    ],
    ['no word about why', 'ImagePullBackOff', undefined, 'ImagePullBackOff', 5_000]
  ])('is explained: %s', (_, reason, message, cause, tolerance) => {
    expect(problemOf(reason, message)).toMatchObject({
      code: 'image-pull',
      sentence: `the image ${image} of container redis cannot be pulled: ${cause}`,
      toleranceMilliseconds: tolerance
    })
  })

  test('is explained for an invalid image name', () => {
    const named = 'docker.io/library/redis:bad tag'
    const message = `Failed to apply default image tag "${named}": couldn't parse image name "${named}": invalid reference format`
    expect(problemOf('InvalidImageName', message, named)).toMatchObject({
      sentence: `the image ${named} of container redis cannot be pulled: ${message}`,
      toleranceMilliseconds: 0
    })
  })

  test.each([
    [
      'missing',
      `${image}: not found`,
      'check name and tag: set redis-image or exporter-image to an image that the nodes can pull'
    ],
    ['denied', denied, 'check the name, and the imagePullSecrets of the pod template'],
    [
      'forbidden',
      'unexpected status from HEAD request to https://ghcr.io/v2/team/redis/manifests/1: 403 Forbidden',
      'check the name, and the imagePullSecrets of the pod template'
    ],
    ['rate limit', limited, 'log in to the registry with imagePullSecrets, or use a mirror'],
    [
      'rate limit without a body',
      answered('429 Too Many Requests'),
      'log in to the registry with imagePullSecrets, or use a mirror'
    ],
    [
      'failing',
      answered('503 Service Unavailable'),
      'run again when the registry has recovered, or use a mirror: set redis-image or exporter-image'
    ]
  ])('gets a hint for %s', (_, cause, hint) => {
    expect(problemOf('ErrImagePull', resolving + cause)?.hint).toBe(hint)
  })

  test('is described in one harmless line, whatever the image name and the message contain', () => {
    const problem = problemOf('InvalidImageName', 'bad\n::error::message', 'redis:1\n::stop-commands::x')
    expect(problem?.sentence).not.toMatch(/\n/)
  })
})
