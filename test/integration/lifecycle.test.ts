import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stepsIn } from '../src/kill/steps-in-code.ts'

const packages = ['homeserver', 'core', 'bridges/irc', 'bridges/telegram', 'bridges/whatsapp']
const root = join(import.meta.dirname, '../..')

function stepsInDocument(): string[] {
  const text = readFileSync(join(root, 'docs/lifecycle.md'), 'utf8')
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) => [...(row.split(' | ', 1)[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, step = '']) => step))
}

describe('docs/lifecycle.md', () => {
  it('tells of every step that the code has, and of no other', () => {
    const [code, document] = [new Set(packages.flatMap(stepsIn)), new Set(stepsInDocument())]
    assert.ok(code.size > 20, `${code.size} steps were found in the code`)
    assert.deepEqual(
      [...code].filter((step) => !document.has(step)),
      [],
      'steps that are not told of',
    )
    assert.deepEqual(
      [...document].filter((step) => !code.has(step)),
      [],
      'steps that are not there',
    )
  })
})
