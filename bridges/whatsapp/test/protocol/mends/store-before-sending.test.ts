import assert from 'node:assert/strict'
import { AsyncResource } from 'node:async_hooks'
import type { WASocket } from '@whiskeysockets/baileys'
import { KeyTransactions } from '../../../src/protocol/mends/key-transactions.ts'
import { watchedLibraryClient } from '../../library-client.ts'
import { storeBeforeSending } from '../../../src/protocol/mends/store-before-sending.ts'

describe('storing before sending', () => {
  it('lets what changed no keys go at once', () => {
    const stage = newStage()
    void stage.send('a query')
    assert.deepEqual(stage.log, ['sent a query'])
  })

  it('stores the keys that a frame rests on first, and sends what comes behind it after it', async () => {
    const stage = newStage()
    await stage.keys.transaction(async () => {
      stage.change('a step')
      const sent = stage.send('a message')
      stage.outside(() => void stage.send('an ack'))
      assert.deepEqual(stage.log, ['storing a step'])
      stage.stored.resolve()
      await sent
    }, 'send')
    assert.deepEqual(stage.log, ['storing a step', 'sent a message', 'on the wire', 'sent an ack'])
  })

  it('is not what the library alone does', async () => {
    await using scene = await watchedLibraryClient()
    const { client, contact, watched } = scene
    await client.send(contact.lid, { text: 'which begins the session' })
    watched.steps.length = 0
    await client.send(contact.lid, { text: 'in the session' })
    const [digits = ''] = contact.lid.split('@')
    const steps = watched.steps.map((step) => (step.startsWith(digits) ? 'stored' : step))
    assert.deepEqual(
      steps.filter((step) => step === 'left' || step === 'stored'),
      ['left', 'stored'],
    )
  })

  it('ends the connection where they cannot be stored: nothing behind the frame could be read', async () => {
    const stage = newStage()
    const work = stage.keys.transaction(async () => {
      stage.change('a step')
      const sent = stage.send('a message')
      stage.stored.reject(new Error('the disk is full'))
      await sent
    }, 'send')
    await assert.rejects(work, /the disk is full/)
    await assert.rejects(stage.send('another message'), /the disk is full/)
    assert.deepEqual(stage.log, ['storing a step', 'ended: the disk is full', 'ended: the disk is full'])
  })
})

function newStage() {
  const log: string[] = []
  const stored = Promise.withResolvers<void>()
  const transactions = new KeyTransactions({
    get: () => ({}),
    set: async (data) => {
      log.push(`storing ${Object.keys(data.session ?? {}).join()}`)
      await stored.promise
    },
  })
  const keys = { get: undefined, set: undefined } as unknown as Parameters<KeyTransactions['standInFor']>[0]
  transactions.standInFor(keys, new AbortController().signal)
  const wire = {
    send(data: Uint8Array, done: (error?: Error) => void) {
      log.push(`sent ${Buffer.from(data).toString()}`)
      done()
    },
  }
  const end = (error?: Error): Promise<void> => {
    log.push(`ended: ${error?.message}`)
    return Promise.resolve()
  }
  storeBeforeSending({ ws: { socket: wire }, end } as unknown as WASocket, transactions, () => log.push('on the wire'))
  const nobodysWork = new AsyncResource('outside of any transaction')
  return {
    log,
    stored,
    keys,
    outside: (work: () => void) => nobodysWork.runInAsyncScope(work),
    change: (name: string) => void keys.set({ session: { [name]: Buffer.from('') } }),
    send: async (words: string): Promise<void> =>
      await new Promise((resolve, reject) => {
        wire.send(Buffer.from(words), (error) => (error === undefined ? resolve() : reject(error)))
      }),
  }
}
