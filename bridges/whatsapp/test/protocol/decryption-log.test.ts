import assert from 'node:assert/strict'
import { quietConsole } from '../../src/protocol/mends/quiet-console.ts'
import { signalStage } from '../signal-stage.ts'

describe('the log of what was decrypted', () => {
  before(quietConsole)

  it('answers for a message that comes again, which no ratchet decrypts twice', async () => {
    await using scene = await signalStage()
    const message = await scene.encrypt('the words')
    assert.equal(await scene.side.decrypt(message), 'the words')
    assert.equal(await scene.side.decrypt(message), 'the words')
    const another = await scene.encrypt('more words')
    assert.equal(await scene.side.decrypt(another), 'more words')
  })

  it('answers after a restart, too, and hands out what was not dealt with, in order', async () => {
    await using scene = await signalStage()
    const sent = [await scene.encrypt('one'), await scene.encrypt('two'), await scene.encrypt('three')]
    for (const message of sent) await scene.side.decrypt(message)
    await scene.restart()
    const pending = await scene.side.decryptions.pending()
    assert.deepEqual(
      pending.map(({ attrs, plains }) => [attrs['id'], Buffer.concat(plains).toString()]),
      [
        ['1', 'one'],
        ['2', 'two'],
        ['3', 'three'],
      ],
    )
    assert.equal(await scene.side.decrypt(sent[0]), 'one')
    assert.equal(await scene.side.decrypt(await scene.encrypt('four')), 'four')
  })

  it('no longer hands out what became durable elsewhere, and still answers for it', async () => {
    await using scene = await signalStage()
    const message = await scene.encrypt('the words')
    await scene.side.decrypt(message)
    await scene.values.write(scene.side.decryptions.settle(scene.keyOf('1')))
    await scene.restart()
    assert.deepEqual(await scene.side.decryptions.pending(), [])
    assert.equal(await scene.side.decrypt(message), 'the words')
  })

  it('what is durable of one sender says nothing of what another sent under the same id', async () => {
    await using scene = await signalStage()
    await scene.side.decrypt(await scene.encrypt('the words'))
    const group = '120363000000000001@g.us'
    const others = { remoteJid: group, participant: '90000000000003@lid', fromMe: false, id: '1' }
    await scene.values.write(scene.side.decryptions.settle(others))
    await scene.restart()
    assert.equal((await scene.side.decryptions.pending()).length, 1)
    await scene.values.write(scene.side.decryptions.settle(scene.keyOf('1')))
    await scene.restart()
    assert.deepEqual(await scene.side.decryptions.pending(), [])
  })

  for (const order of ['settled first', 'confirmed first'] as const) {
    it(`keeps nothing once the server has our receipt (${order})`, async () => {
      await using scene = await signalStage()
      await scene.side.decrypt(await scene.encrypt('the words'))
      const confirm = (): boolean => scene.side.stanzas.emit('CB:ack,class:receipt', { attrs: { id: '1' } })
      const settle = async (): Promise<void> =>
        await scene.values.write(scene.side.decryptions.settle(scene.keyOf('1')))
      if (order === 'confirmed first') confirm()
      await settle()
      if (order === 'settled first') confirm()
      const left = async () => await scene.values.list('signal/me/journal')
      while ((await left()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    })
  }

  it('throws away what was dealt with and lies there for days', async () => {
    await using scene = await signalStage()
    await scene.side.decrypt(await scene.encrypt('the words'))
    await scene.values.write(scene.side.decryptions.settle(scene.keyOf('1')))
    scene.clock.nowMs += 4 * 86_400_000
    await scene.restart()
    assert.deepEqual(await scene.side.decryptions.pending(), [])
    assert.deepEqual(await scene.values.list('signal/me/journal'), [])
  })

  it('hands out what was not dealt with however long that is ago, and whichever way the clock has jumped', async () => {
    for (const days of [40, -40]) {
      await using scene = await signalStage()
      await scene.side.decrypt(await scene.encrypt('the words'))
      scene.clock.nowMs += days * 86_400_000
      await scene.restart()
      const pending = await scene.side.decryptions.pending()
      assert.deepEqual(
        pending.map(({ plains }) => Buffer.concat(plains).toString()),
        ['the words'],
        `${days} days`,
      )
    }
  })

  it('keeps the ratchet where it was when storing fails: what comes again is decrypted then', async () => {
    await using scene = await signalStage()
    await scene.side.decrypt(await scene.encrypt('the first'))
    const message = await scene.encrypt('the second')
    scene.isDiskFull = true
    await assert.rejects(scene.side.decrypt(message))
    scene.isDiskFull = false
    await scene.restart()
    assert.equal(await scene.side.decrypt(message), 'the second')
  })

  describe('where what a message says can be dealt with at once', () => {
    it('stores that in the same transaction, and does not hand it out again', async () => {
      await using scene = await signalStage()
      scene.dealingWith =
        ({ attrs, plains }) =>
        async (writes) =>
          await scene.values.write([
            ...writes,
            { key: `event/${attrs['id']}`, value: Buffer.concat(plains).toString() },
          ])
      const message = await scene.encrypt('the words')
      assert.equal(await scene.side.decrypt(message), 'the words')
      await scene.restart()
      assert.equal(await scene.values.get('event/1'), 'the words')
      assert.deepEqual(await scene.side.decryptions.pending(), [])
      assert.equal(await scene.side.decrypt(message), 'the words')
      assert.equal(await scene.side.decrypt(await scene.encrypt('more words')), 'more words')
    })

    it('keeps nothing of it once the server has our receipt', async () => {
      await using scene = await signalStage()
      scene.dealingWith = () => async (writes) => await scene.values.write(writes)
      await scene.side.decrypt(await scene.encrypt('the words'))
      scene.side.stanzas.emit('CB:ack,class:receipt', { attrs: { id: '1' } })
      const left = async () => await scene.values.list('signal/me/journal')
      while ((await left()).length > 0) await new Promise((resolve) => setImmediate(resolve))
    })

    it('moves no ratchet where that cannot be stored: it comes again', async () => {
      await using scene = await signalStage()
      await scene.side.decrypt(await scene.encrypt('the first'))
      const message = await scene.encrypt('the second')
      scene.dealingWith = () => async () => await Promise.reject(new Error('the end has come'))
      await assert.rejects(scene.side.decrypt(message), /the end has come/)
      await scene.restart()
      scene.dealingWith = () => undefined
      assert.equal(await scene.side.decrypt(message), 'the second')
    })

    it('does not take a part for the whole', async () => {
      await using scene = await signalStage()
      const asked: unknown[] = []
      scene.dealingWith = (stanza) => {
        asked.push(stanza)
        return undefined
      }
      for (const more of [
        { tag: 'enc', attrs: {}, content: Buffer.from('for a group') },
        { tag: 'verified_name', attrs: {}, content: Buffer.from('a business') },
      ])
        await scene.side.decrypt(await scene.encrypt('a part'), more)
      assert.deepEqual(asked, [])
      await scene.side.decrypt(await scene.encrypt('the whole'), { tag: 'device-identity', attrs: {} })
      assert.equal(asked.length, 1)
    })
  })
})
