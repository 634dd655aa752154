import assert from 'node:assert/strict'
import { runKillSuite, stepsOf, summaryLine, type KillResult } from '../src/kill/kill-suite.ts'
import { startIrcLoopback } from '../src/loopback/irc-loopback.ts'
import { loopbacks } from '../src/loopback/start-loopback.ts'

describe('killing the process under two-way traffic', function () {
  this.timeout(280_000)

  for (const [name, loopback] of Object.entries(loopbacks)) {
    it(`loses, doubles and reorders nothing on ${name}, at named steps and at random moments`, async () => {
      const network = await loopback.start()
      const steps = stepsOf(network)
      // Every second round ends at the next step.
      const rounds = 2 * steps.length + 2
      const result = await runKillSuite({ network, rounds, seed: 20 })
      report(result)
      assert.deepEqual(result.details, [])
      assert.deepEqual([result.lost, result.doubled, result.reordered, result.unknowable], [0, 0, 0, 0])
      const missed = steps.filter((step) => !result.kills.has(step))
      assert.deepEqual(missed, [], 'every named step ended the process at least once')
      // Talk goes by the clock, and rounds by the machine.
      assert.ok(result.accepted > rounds * 5, 'there was traffic')
    })
  }

  it('sends nothing twice and marks what is unknowable where the IRC server keeps no history', async () => {
    const network = await startIrcLoopback({ keepsHistory: false })
    const result = await runKillSuite({ network, rounds: 12, seed: 7 })
    report(result)
    assert.deepEqual(result.details, [])
    assert.deepEqual([result.lost, result.doubled, result.reordered], [0, 0, 0])
  })
})

function report(result: KillResult): void {
  const kills = [...result.kills].map(([step, count]) => `${step} ${count}`).join(', ')
  console.log(`      ${result.accepted} lines accepted; killed: ${kills}`)
  console.log(`      ${summaryLine(result)}`)
}
