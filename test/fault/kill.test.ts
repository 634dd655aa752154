import assert from 'node:assert/strict'
import { runKillSuite, steps, summaryLine } from '../src/kill/kill-suite.ts'

const rounds = 34

describe('killing the process under two-way traffic', function () {
  this.timeout(280_000)

  it(`loses, doubles and reorders nothing in ${rounds} kills, at named steps and at random moments`, async () => {
    const result = await runKillSuite({ rounds, seed: 20 })
    const kills = [...result.kills].map(([step, count]) => `${step} ${count}`).join(', ')
    console.log(`      ${result.accepted} lines accepted; killed: ${kills}`)
    console.log(`      ${summaryLine(result)}`)
    assert.deepEqual(result.details, [])
    assert.deepEqual([result.lost, result.doubled, result.reordered], [0, 0, 0])
    const missed = steps.filter((step) => !result.kills.has(step))
    assert.deepEqual(missed, [], 'every named step ended the process at least once')
    assert.ok(result.accepted > rounds * 20, 'there was traffic')
  })

  it('sends nothing twice and marks what is unknowable where the IRC server keeps no history', async () => {
    const result = await runKillSuite({ rounds: 12, seed: 7, hasHistory: false })
    console.log(`      ${result.accepted} lines accepted; ${summaryLine(result)}`)
    assert.deepEqual(result.details, [])
    assert.deepEqual([result.lost, result.doubled, result.reordered], [0, 0, 0])
  })
})
