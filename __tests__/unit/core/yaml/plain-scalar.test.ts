import { describe, expect, test } from '@jest/globals'
import { plainValue } from '../../../../src/core/yaml/plain-scalar.ts'

describe('a plain scalar', () => {
  // Each as `kubectl create --dry-run=client -o json` has it.
  test.each<[string, string | number | boolean | null]>([
    ['', null],
    ['~', null],
    ['Null', null],
    ['nULL', 'nULL'],
    ['True', true],
    ['FALSE', false],
    ['y', true],
    ['Yes', true],
    ['on', true],
    ['N', false],
    ['no', false],
    ['OFF', false],
    ['yEs', 'yEs'],
    ['.', '.'],
    ['-.', '-.'],
    ['._', '._'],
    ['.5', 0.5],
    ['.5_', '.5_'],
    ['.1_0', 0.1],
    ['.e5', '.e5'],
    ['.5e400', '.5e400'],
    ['5.', 5],
    ['5.e1', 50],
    ['1.50', 1.5],
    ['+.5', 0.5],
    ['1_._5', 1.5],
    ['-0.1e-7', -1e-8],
    ['1e3', 1000],
    ['1_e3', 1000],
    ['12e03', 12_000],
    ['1e-400', 0],
    ['48e5203', '48e5203'],
    ['1e400', '1e400'],
    ['1.2.3', '1.2.3'],
    ['0', 0],
    ['+1', 1],
    ['-1', -1],
    ['1_000', 1000],
    ['1__0', 10],
    ['-_1', -1],
    ['_1', '_1'],
    ['--1', '--1'],
    ['0440', 288],
    ['-017', -15],
    ['089', 89],
    ['0o17', 15],
    ['0o', '0o'],
    ['0o8', '0o8'],
    ['0_0o7', '0_0o7'],
    ['0x1F', 31],
    ['+0x1F', 31],
    ['0x_', '0x_'],
    ['0x1p4', '0x1p4'],
    ['0xffffffffffffffff', 2 ** 64],
    ['0xfffffffffffffffff', '0xfffffffffffffffff'],
    ['-0xffffffffffffffff', '-0xffffffffffffffff'],
    ['0b11', 3],
    ['-0b11', -3],
    ['0b-11', -3],
    ['0b_', '0b_'],
    ['0b102', '0b102'],
    ['18446744073709551616', 2 ** 64],
    ['02000000000000000000000', 2e21],
    ['1:30', '1:30'],
    ['1:30.5', '1:30.5'],
    ['2001-12-14', '2001-12-14'],
    ['2001-12-14 21:59:43.10 -5', '2001-12-14 21:59:43.10 -5'],
    ['1234-56-78', '1234-56-78'],
    ['2024-13-45', '2024-13-45'],
    ['=', '='],
    ['<<', '<<'],
    ['512Mi', '512Mi'],
    ['é', 'é']
  ])('%j means %j', (text, value) => {
    expect(plainValue(text, 2)).toBe(value)
  })

  test.each(['y', 'yes', 'On', 'n', 'NO', 'off'])('%s is a text for version 3 of the parser', (text) => {
    expect(plainValue(text, 3)).toBe(text)
  })

  test.each(['.inf', '-.Inf', '+.INF', '.nan', '.NaN'])('%s is refused, because JSON has no such number', (text) => {
    expect(() => plainValue(text, 2)).toThrow(`JSON has no number ${text}`)
  })

  test.each(['-.nan', '.iNF', 'inf', '+inf', 'NaN'])('%s is a text', (text) => {
    expect(plainValue(text, 2)).toBe(text)
  })
})
