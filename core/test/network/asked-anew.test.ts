import assert from 'node:assert/strict'
import { AskedAnew } from '../../src/index.ts'

describe('questions that are asked anew', () => {
  /** A chat that is read slowly: the question takes what is so when it is asked, and hands it over when told to. */
  function slowChat() {
    const state = { topic: 'first', shown: '', asked: 0 }
    const answers: PromiseWithResolvers<void>[] = []
    const anew = new AskedAnew<string>(
      async () => {
        state.asked++
        const { topic } = state
        const answer = Promise.withResolvers<void>()
        answers.push(answer)
        await answer.promise
        state.shown = topic
      },
      () => undefined,
    )
    const answer = async (): Promise<void> => {
      answers.shift()?.resolve()
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
    return { state, anew, answer }
  }

  it('see what changed while one was under way', async () => {
    const { state, anew, answer } = slowChat()
    anew.ask('chat')
    state.topic = 'second'
    anew.ask('chat')
    state.topic = 'third'
    anew.ask('chat')
    await answer()
    assert.equal(state.shown, 'first')
    await answer()
    assert.deepEqual(state, { topic: 'third', shown: 'third', asked: 2 })
  })

  it('are asked again after a failure', async () => {
    const failures: unknown[] = []
    let asked = 0
    const anew = new AskedAnew<string>(
      async (key) => {
        asked++
        if (asked === 1) throw new Error(`no ${key}`)
      },
      (error) => failures.push(String(error)),
    )
    anew.ask('a')
    anew.ask('a')
    for (let turn = 0; turn < 9; turn++) await Promise.resolve()
    assert.deepEqual([asked, failures], [2, ['Error: no a']])
  })
})
