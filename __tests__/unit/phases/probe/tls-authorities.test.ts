import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { expect, test } from '@jest/globals'
import { authoritiesForPod } from '../../../../src/phases/probe/tls.ts'
import { createAuthority } from '../../../support/certificates.ts'

const subjects = (pem: string) =>
  (pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map((each) => new X509Certificate(each).subject)

test('gives a pod the CAs of Amazon from those built into Node', () => {
  const { pem, left } = authoritiesForPod(rootCertificates)
  const names = subjects(pem).map((subject) => /CN=(.*)/.exec(subject)?.[1])
  expect(names).toEqual(expect.arrayContaining([1, 2, 3, 4].map((number) => `Amazon Root CA ${number}`)))
  expect(names.filter((name) => !/Amazon|Starfield/.test(name ?? ''))).toEqual([])
  expect(left).toBe(0)
  expect(pem.length).toBeLessThan(16_384)
})

test('gives a pod all additional CAs of this process, each once', async () => {
  const own = (await createAuthority('Hospital')).certificate
  // A bundle of the system has other line breaks.
  const bundle = rootCertificates.map((pem) => `\n${pem.replaceAll('\n', '\r\n')}\r\n`)
  const { pem } = authoritiesForPod([...rootCertificates, ...bundle, own])
  expect(subjects(pem)).toContain('CN=Hospital')
  expect(subjects(pem).filter((subject) => !/Amazon|Starfield|Hospital/.test(subject))).toEqual([])
})

test('gives a pod no more CAs than an annotation can hold', async () => {
  const own = (await createAuthority('Hospital')).certificate
  const { pem, left } = authoritiesForPod(Array.from({ length: 500 }, () => own))
  expect(pem.length).toBeLessThan(220_000)
  expect(left).toBeGreaterThan(0)
  expect(subjects(pem).length + left).toBe(500)
})
