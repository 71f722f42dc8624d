import { describe, expect, test } from '@jest/globals'
import { kustomizeEnvironment } from '../../../../src/clients/kustomize/kustomize.ts'

const own = {
  PATH: '/bin',
  HOME: '/home/runner',
  SSH_AUTH_SOCK: '/run/agent',
  https_proxy: 'http://proxy.example.org',
  GITHUB_TOKEN: 'x',
  INPUT_REDIS_PASSWORD: 'x',
  KUBECONFIG: 'x',
  KUSTOMIZE_PLUGIN_HOME: 'x',
  XDG_CONFIG_HOME: 'x'
}

describe('the environment of kustomize', () => {
  test('holds what finds programs, and blocks remote repositories', () => {
    expect(kustomizeEnvironment(own, false)).toEqual({
      PATH: '/bin',
      HOME: '/home/runner',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'none',
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9'
    })
  })

  test('allows remote repositories on request, and never prompts for a password', () => {
    expect(kustomizeEnvironment(own, true)).toEqual({
      PATH: '/bin',
      HOME: '/home/runner',
      SSH_AUTH_SOCK: '/run/agent',
      https_proxy: 'http://proxy.example.org',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'http:https:ssh'
    })
  })

  test('leaves out variables that are not set', () => {
    expect(Object.keys(kustomizeEnvironment({}, true))).toEqual(['GIT_TERMINAL_PROMPT', 'GIT_ALLOW_PROTOCOL'])
  })
})
