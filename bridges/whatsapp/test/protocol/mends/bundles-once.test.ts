import assert from 'node:assert/strict'
import { quietConsole } from '../../../src/protocol/mends/quiet-console.ts'
import { friend, libraryPair } from '../../library-sessions.ts'
import { signalStage } from '../../signal-stage.ts'

describe('keys for a new session, sent along with a request', () => {
  before(quietConsole)

  it('begin one session only, also where the request comes once more after a crash', async () => {
    await using scene = await signalStage()
    assert.equal(await scene.side.decrypt(await scene.encrypt('hello')), 'hello')
    const request = { jid: friend, session: await scene.bundle(7) }
    await scene.side.repository.injectE2ESession(request)
    assert.equal(await scene.read(await scene.side.encrypt('said again')), 'said again')
    await scene.restart()
    await scene.side.repository.injectE2ESession(request)
    assert.equal(await scene.read(await scene.side.encrypt('and again')), 'and again')
  })

  it('begin a second one with the library alone, which the other side cannot read', async () => {
    const { account, bundle, say, answer } = await libraryPair()
    assert.equal(await say('hello'), 'hello')
    assert.equal(await answer('read'), 'read')
    const request = { jid: friend, session: await bundle(7) }
    await account.repository.injectE2ESession(request)
    assert.equal(await say('said again'), 'said again')
    await account.repository.injectE2ESession(request)
    await assert.rejects(say('and again'))
  })

  it('begin another where they are others', async () => {
    await using scene = await signalStage()
    assert.equal(await scene.side.decrypt(await scene.encrypt('hello')), 'hello')
    for (const preKeyId of [7, 8]) {
      await scene.side.repository.injectE2ESession({ jid: friend, session: await scene.bundle(preKeyId) })
      const sent = await scene.side.encrypt('said again')
      assert.equal(sent.type, 'pkmsg')
      assert.equal(await scene.read(sent), 'said again')
      assert.equal(await scene.side.decrypt(await scene.encrypt('read')), 'read')
    }
  })
})
