import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { copyleftInProduction, type LockedPackages } from '../../../scripts/copyleft-in-production.ts'

describe('what everybody must install', () => {
  const free = { license: 'MIT' }
  for (const [name, packages, expected] of [
    ['nothing', { app: { dependencies: { a: '1' } }, 'node_modules/a': free }, 0],
    ['a direct one', { app: { dependencies: { a: '1' } }, 'node_modules/a': { license: 'GPL-3.0-or-later' } }, 1],
    ['an AGPL one', { app: { dependencies: { a: '1' } }, 'node_modules/a': { license: '(AGPL-3.0 OR X)' } }, 1],
    [
      'one that stands nested, through a linked workspace',
      {
        app: { dependencies: { b: '1' } },
        'node_modules/b': { link: true, resolved: 'b' },
        b: { dependencies: { a: '1' } },
        'b/node_modules/a': { license: 'GPL-2.0' },
        'node_modules/a': free,
      },
      1,
    ],
    ['one that nobody asks for', { app: {}, 'node_modules/a': { license: 'GPL-3.0' } }, 0],
    ['a lesser one', { app: { dependencies: { a: '1' } }, 'node_modules/a': { license: 'LGPL-3.0' } }, 0],
  ] as readonly [string, LockedPackages, number][]) {
    it(`holds ${expected === 0 ? 'nothing' : 'something'} under the GPL: ${name}`, () => {
      assert.equal(copyleftInProduction(packages, ['app']).length, expected)
    })
  }

  it('is free of the GPL, and finds it in the optional WhatsApp package', () => {
    const lock = readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')
    const { packages } = JSON.parse(lock) as { packages: LockedPackages }
    assert.deepEqual(copyleftInProduction(packages, ['app', 'bridges/irc', 'bridges/telegram']), [])
    assert.match(copyleftInProduction(packages, ['bridges/whatsapp']).join(), /libsignal/)
  })
})
