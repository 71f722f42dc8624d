import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { withoutQuotedValues } from '../../../../src/core/redact/quoted-values.ts'
import { promptly } from '../../../support/promptly.ts'

const secret = randomBytes(9).toString('base64url')
const number = '84931207'
const typedError = 'failed to create typed patch object (/d; /v1, Kind=Secret): '
const template = (value: string) =>
  `core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{Name:""}, Spec:core.PodSpec{Containers:[]core.Container{core.Container` +
  `{Name:"a", Env:[]core.EnvVar{core.EnvVar{Name:"A", Value:"${value}", ValueFrom:(*core.EnvVarSource)(nil)}}}}}}`

describe('a value quoted in an API error', () => {
  test.each<[string, string, string, string]>([
    [
      'a number where a text must be',
      'Secret/app',
      `${typedError}.stringData.password: expected string, got &value.valueUnstructured{Value:${number}}`,
      `${typedError}.stringData.password: expected string, got a number`
    ],
    [
      'the same in a variable',
      'StatefulSet/redis',
      `.spec.containers[name="redis"].env[name="A"].value: expected string, got &value.valueUnstructured{Value:${number}}`,
      '.spec.containers[name="redis"].env[name="A"].value: expected string, got a number'
    ],
    [
      'several errors',
      'Secret/app',
      `${typedError}errors:\n  .data.a: expected string, got &value.valueUnstructured{Value:true}\n` +
        `  .data.b: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":"}${secret}"}}\n` +
        `  .data.c: expected string, got &value.valueUnstructured{Value:[]interface {}{"${secret}"}}`,
      `${typedError}errors:\n  .data.a: expected string, got true or false\n` +
        '  .data.b: expected string, got a map\n  .data.c: expected string, got a list'
    ],
    [
      'a text where a map must be',
      'Secret/app',
      `${typedError}errors:\n  .stringData: expected map, got &{${secret}}: }\n}\n  .metadata: expected map, got &{${secret}}`,
      `${typedError}errors:\n  .stringData: expected map, got something else\n  .metadata: expected map, got something else`
    ],
    [
      'anything of a Secret',
      'Secret/app',
      `Secret "app" is invalid: [data[a]: Invalid value: "${secret}": too bad, type: Unsupported value: "x": supported values: "y"]`,
      'Secret "app" is invalid: [data[a]: Invalid value, not shown: too bad, type: Unsupported value, not shown: supported values: "y"]'
    ],
    [
      'a field with a password',
      'Cache/x',
      `Cache.example.com "x" is invalid: spec.auth.password: Invalid value: "${secret}\\": 1": spec.auth.password in body should match '^[a-z]+$'`,
      `Cache.example.com "x" is invalid: spec.auth.password: Invalid value, not shown: spec.auth.password in body should match '^[a-z]+$'`
    ],
    [
      'a password in a value',
      'Cache/x',
      `spec.address: Invalid value: "redis://:${secret}@h": too long`,
      'spec.address: Invalid value, not shown: too long'
    ],
    [
      'a variable given by its position only',
      'Cache/x',
      `spec.env[3].value: Invalid value: "${secret}": too long`,
      'spec.env[3].value: Invalid value, not shown: too long'
    ],
    [
      'a struct as Go writes it',
      'Job/x',
      `Job.batch "x" is invalid: spec.template: Invalid value: ${template(secret)}: field is immutable`,
      'Job.batch "x" is invalid: spec.template: Invalid value, not shown: field is immutable'
    ],
    [
      'a struct as JSON',
      'Job/x',
      `Job.batch "x" is invalid: [spec.template: Invalid value: {"Spec":{"Env":[{"Name":"A","Value":"${secret}"}],"More":"${'a '.repeat(60)}"}}: field is immutable, spec.x: Required value]`,
      'Job.batch "x" is invalid: [spec.template: Invalid value, not shown: field is immutable, spec.x: Required value]'
    ],
    [
      'a short struct with a credential',
      'Job/x',
      `spec.env: Duplicate value: {"Name":"DB_PASSWORD","Value":"${secret}"}`,
      'spec.env: Duplicate value, not shown'
    ],
    [
      'a struct whose text is not quoted',
      'Job/x',
      `spec.env[0]: Not found: &EnvVar{Name:A,Value:${secret}}: "},}: why`,
      'spec.env[0]: Not found, not shown: why'
    ],
    [
      'a text that does not end',
      'Secret/x',
      `data: Invalid value: "${secret}: field is immutable`,
      'data: Invalid value, not shown'
    ],
    [
      'the text around what cannot be read',
      'Secret/x',
      `Secret in version "v1" cannot be handled as a Secret: error found in #10 byte of ...|sword":${number}}|..., bigger context ...|{"password":${number}}|...`,
      'Secret in version "v1" cannot be handled as a Secret: error found in #10 byte'
    ],
    [
      'a value as YAML quotes it',
      'Secret/x',
      `yaml: unmarshal errors:\n  line 5: cannot unmarshal !!str \`${secret}\` into int`,
      'yaml: unmarshal errors:\n  line 5: cannot unmarshal !!str into int'
    ]
  ])('is hidden if it may be a secret: %s', (_, object, said, expected) => {
    expect(withoutQuotedValues(said, object)).toBe(expected)
    expect(expected.includes(secret) || expected.includes(number)).toBe(false)
  })
})

describe('helpful text in an API error', () => {
  test.each<[string, string]>([
    ['StatefulSet/x', "spec.updateStrategy: Invalid value: \"Recreatee\": must be 'RollingUpdate' or 'OnDelete'"],
    ['StatefulSet/x', 'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    [
      'Service/x',
      'Service "x" is invalid: [spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive]'
    ],
    ['Service/x', 'spec.clusterIPs[0]: Invalid value: ["10.96.0.77"]: may not change once set'],
    ['Deployment/x', 'spec.selector: Invalid value: {"matchLabels":{"a":"y"}}: field is immutable'],
    ['RoleBinding/x', 'roleRef: Invalid value: {"APIGroup":"a","Kind":"Role","Name":"y"}: cannot change roleRef'],
    [
      'StatefulSet/x',
      'spec.template.spec.containers[0].resources.requests: Invalid value: "5Gi": must be less than 1Gi'
    ],
    ['StatefulSet/x', 'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"'],
    ['StatefulSet/x', 'spec.template.spec.containers[0].ports[1].name: Duplicate value: "redis"'],
    ['StatefulSet/x', 'spec.template.spec.volumes[0].secret.secretName: Invalid value: "A_b": a lowercase name'],
    ['Pod/x', 'spec.automountServiceAccountToken: Invalid value: true: no'],
    ['Cache/x', 'spec: Invalid value: "object": no such key: a'],
    ['ConfigMap/x', '.dat: field not declared in schema'],
    ['Secret/x', 'strict decoding error: unknown field "dta"'],
    ['Secret/x', 'secrets "x" already exists']
  ])('is kept for %s: %s', (object, said) => {
    expect(withoutQuotedValues(said, object)).toBe(said)
  })
})

describe('an answer of 250 kB is read once', () => {
  test.each([
    'a',
    '"',
    '{',
    'got &{',
    'got &{}\n  ',
    'got &value.valueUnstructured{',
    'got &value.valueUnstructured{Value:1}',
    'Invalid value: ',
    'Invalid value: "',
    'Invalid value: "a"',
    'a: Invalid value: {',
    'Not found: &',
    'Not found: &}',
    'error found in #1 byte of ',
    'cannot unmarshal !!a `'
  ])('of %j', (part) => {
    const said = part.repeat(250_000 / part.length)
    expect(promptly(() => withoutQuotedValues(said, 'Pod/x')).length).toBeLessThanOrEqual(2 * said.length)
  })
})
