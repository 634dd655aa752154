import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`sizes are looked at before any work (${engine})`, () => {
    let test: TestHomeserver
    before(async () => {
      test = await testHomeserver({ rate_limit: null, password_hashing: 'cheap' }, {}, engine)
    })
    after(() => test?.[Symbol.asyncDispose]())

    it('signatures are made for a hundred keys at once, and no more are looked at', async () => {
      const owner = await test.register('manysigner')
      const objects = (count: number): JsonObject =>
        Object.fromEntries(Array.from({ length: count }, (_, at) => [at, {}]))
      const upload = (body: JsonObject): Promise<string> => owner.refusal('POST', 'keys/signatures/upload', body)
      assert.equal(await upload({ [owner.userId]: objects(100) }), '200')
      assert.equal(await upload({ [owner.userId]: objects(101) }), '413 M_TOO_LARGE')
      assert.equal(await upload({ [owner.userId]: objects(60), '@b:example.org': objects(60) }), '413 M_TOO_LARGE')
    })

    it('content that no event can hold is refused by its size alone', async () => {
      const owner = await test.register('large')
      const roomId = await owner.createRoom()
      // It has no canonical form: whoever sorted, hashed or signed it first would say so.
      const content = { half: 0.5, junk: 'x'.repeat(70_000) }
      for (const [method, url] of [
        ['PUT', owner.room(roomId, 'send/m.test/1')],
        ['PUT', owner.room(roomId, 'state/m.test/')],
        ['PUT', owner.room(roomId, `state/m.room.member/${encodeURIComponent(owner.userId)}`)],
      ] as const) {
        const body = { ...content, membership: 'join' }
        assert.equal(await owner.refusal(method, url, body), '413 M_TOO_LARGE', url)
        assert.equal(await owner.refusal(method, url, { ...body, junk: '' }), '400 M_BAD_JSON', url)
      }
      for (const body of [
        { creation_content: content },
        { initial_state: [{ type: 'm.test', state_key: '', content }] },
        { power_level_content_override: content },
      ]) {
        assert.equal(await owner.refusal('POST', 'createRoom', body), '413 M_TOO_LARGE', Object.keys(body)[0])
      }
    })
  })
}
