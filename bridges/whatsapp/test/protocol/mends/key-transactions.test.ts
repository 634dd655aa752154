import assert from 'node:assert/strict'
import { addTransactionCapability, type SignalDataSet, type SignalKeyStore } from '@whiskeysockets/baileys'
import { pino } from 'pino'
import { KeyTransactions } from '../../../src/protocol/mends/key-transactions.ts'
import { libraryLogger } from '../../../src/protocol/library-logger.ts'
import { quietConsole } from '../../../src/protocol/mends/quiet-console.ts'
import { watchedLibraryClient } from '../../library-client.ts'
import { signalStage, type Encrypted } from '../../signal-stage.ts'

describe('transactions over an account’s keys', () => {
  before(quietConsole)

  it('leave two sides that read each other where the process ends after a send has left', async () => {
    await using scene = await signalStage()
    const sent = await sentAsTheProcessEnds(scene, async () => await scene.side.auth.transactions.store())
    assert.equal(await scene.read(sent), 'said as the process ends')
    assert.equal(await scene.side.decrypt(await scene.encrypt('an answer')), 'an answer')
    assert.equal(await scene.read(await scene.side.encrypt('said again')), 'said again')
  })

  it('are needed for that: a ratchet that forgot its last step is never understood again', async () => {
    await using scene = await signalStage()
    const sent = await sentAsTheProcessEnds(scene, () => Promise.resolve())
    assert.equal(await scene.read(sent), 'said as the process ends')
    assert.equal(await scene.side.decrypt(await scene.encrypt('an answer')), 'an answer')
    await assert.rejects(scene.read(await scene.side.encrypt('said again')))
    await assert.rejects(scene.read(await scene.side.encrypt('and again')))
  })

  it('take several locks for one session with the library alone', async () => {
    await using scene = await watchedLibraryClient()
    const { client, server, contact, owner, watched } = scene
    await client.send(contact.lid, { text: 'said' })
    await server.world.say(contact, owner, 'an answer')
    await client.text('an answer')
    const [digits = ''] = contact.lid.split('@')
    const locks = watched.transactions.flatMap(({ name, lock }) => (name.startsWith(digits) ? [lock] : []))
    assert.ok(new Set(locks).size > 1, locks.join())
  })

  it('take turns, whichever connection they are made on', async () => {
    const { keys, transactions } = memory()
    const [one, other] = [connection(keys, transactions), connection(keys, transactions)]
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const first = one.transaction(async () => {
      await gate.promise
      order.push('first')
    }, 'a')
    const second = other.transaction(() => Promise.resolve(order.push('second')), 'b')
    gate.resolve()
    await Promise.all([first, second])
    assert.deepEqual(order, ['first', 'second'])
  })

  it('give their turn back when their connection ends, and change nothing any more', async () => {
    const { keys, rows, transactions } = memory()
    const ended = new AbortController()
    const [old, fresh] = [connection(keys, transactions, ended.signal), connection(keys, transactions)]
    const answer = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    let late: Promise<void> | undefined
    const stuck = old.transaction(async () => {
      begun.resolve()
      late = answer.promise.then(async () => await old.set(session('of the old connection')))
      await late
    }, 'a')
    const next = fresh.transaction(async () => await fresh.set(session('of the new one')), 'a')
    await begun.promise
    ended.abort()
    await assert.rejects(stuck, /has ended/)
    await next
    answer.resolve()
    await assert.rejects(async () => await late, /has ended/)
    await assert.rejects(
      old.transaction(() => Promise.resolve(), 'a'),
      /has ended/,
    )
    assert.deepEqual(rows.get('session a'), Buffer.from('of the new one'))
  })

  it('see their own changes, and nobody else does before their end', async () => {
    const { keys, rows, transactions } = memory()
    const side = connection(keys, transactions)
    await side.set(session('old'))
    await side.transaction(async () => {
      await side.set(session('new'))
      assert.deepEqual(await side.get('session', ['a']), { a: Buffer.from('new') })
      await side.transaction(async () => await side.set({ 'lid-mapping': { b: 'c' } }), 'within')
      assert.deepEqual(rows.get('session a'), Buffer.from('old'))
    }, 'whole')
    assert.deepEqual(rows.get('session a'), Buffer.from('new'))
    assert.equal(rows.get('lid-mapping b'), 'c')
  })

  it('change nothing where the work fails', async () => {
    const { keys, rows, transactions } = memory()
    const side = connection(keys, transactions)
    const failing = side.transaction(async () => {
      await side.set(session('new'))
      throw new Error('no')
    }, 'a')
    await assert.rejects(failing, /no/)
    assert.equal(rows.size, 0)
    await side.transaction(async () => await side.set(session('next')), 'a')
    assert.deepEqual(rows.get('session a'), Buffer.from('next'))
  })

  it('store what somebody has begun in one and ends after it', async () => {
    const { keys, rows, transactions } = memory()
    const side = connection(keys, transactions)
    const answer = Promise.withResolvers<void>()
    let late: Promise<void> | undefined
    await side.transaction(() => {
      late = answer.promise.then(async () => await side.set(session('late')))
      return Promise.resolve()
    }, 'a')
    answer.resolve()
    await late
    assert.deepEqual(rows.get('session a'), Buffer.from('late'))
  })

  it('hand their changes over, at the end and outside of them, to be stored with something else', async () => {
    const { keys, rows, transactions } = memory()
    const side = connection(keys, transactions)
    const handedOver: SignalDataSet[] = []
    await side.transaction(async () => {
      transactions.endWith((changes) => {
        assert.equal(side.isInTransaction(), false)
        handedOver.push(changes)
        return Promise.resolve()
      })
      await side.set(session('a step'))
    }, 'a')
    assert.deepEqual(handedOver, [session('a step')])
    assert.equal(rows.size, 0)
  })

  it('keep for their end who has a group’s key: it has not left yet', async () => {
    const { keys, rows, transactions } = memory()
    const side = connection(keys, transactions)
    await side.transaction(async () => {
      await side.set({ ...session('a step'), 'sender-key-memory': { group: { member: true } } })
      assert.equal(transactions.isStored, false)
      await transactions.store()
      assert.equal(transactions.isStored, true)
      assert.deepEqual([...rows.keys()], ['session a'])
    }, 'a')
    assert.deepEqual(rows.get('sender-key-memory group'), { member: true })
  })
})

type Scene = Awaited<ReturnType<typeof signalStage>>

/** A message that has left while its transaction had not ended; then the account begins anew with what is stored. */
async function sentAsTheProcessEnds(scene: Scene, beforeSending: () => Promise<void>): Promise<Encrypted> {
  assert.equal(await scene.side.decrypt(await scene.encrypt('hello')), 'hello')
  const { keys } = scene.side
  let sent: Encrypted | undefined
  const ending = keys.transaction(async () => {
    sent = await scene.side.encrypt('said as the process ends')
    await beforeSending()
    throw new Error('the process ends')
  }, 'send')
  await assert.rejects(ending, /the process ends/)
  await scene.restart()
  assert.ok(sent)
  return sent
}

function session(words: string): SignalDataSet {
  return { session: { a: Buffer.from(words) } }
}

function memory() {
  const rows = new Map<string, unknown>()
  const keys: SignalKeyStore = {
    get: (type, ids) =>
      Object.fromEntries(
        ids.flatMap((id) => (rows.has(`${type} ${id}`) ? [[id, rows.get(`${type} ${id}`)]] : [])),
      ) as never,
    set: (data) => {
      for (const [type, entries] of Object.entries(data))
        for (const [id, value] of Object.entries(entries)) rows.set(`${type} ${id}`, value)
    },
  }
  return { rows, keys, transactions: new KeyTransactions(keys) }
}

/** The keys as one connection has them. */
function connection(keys: SignalKeyStore, transactions: KeyTransactions, ended = new AbortController().signal) {
  const logger = libraryLogger(pino({ level: 'silent' }))
  const library = addTransactionCapability(keys, logger, { maxCommitRetries: 1, delayBetweenTriesMs: 1 })
  transactions.standInFor(library, ended)
  return library
}
