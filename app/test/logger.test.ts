import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@pons/app'

describe('the log', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pons-log-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  async function written(facts: object, words: string): Promise<string> {
    const file = join(folder, 'deep', 'pons.log')
    const logger = createLogger({ level: 'info', file })
    const changes = watch(join(folder, 'deep'))[Symbol.asyncIterator]()
    // It watches from the first call on.
    let change = changes.next()
    logger.child({ component: 'whatsapp' }).info(facts, words)
    for (;;) {
      const text = readFileSync(file, 'utf8')
      if (text.endsWith('\n')) return text
      await change
      change = changes.next()
    }
  }

  for (const facts of [
    { login: '15550000001' },
    { chat: { chat: '15550000001@s.whatsapp.net', receiver: '15550000001' } },
    { from: '15550000001:3@s.whatsapp.net' },
    { name: '+15550000001' },
    { userId: '@whatsapp_15550000001:example.org' },
    { err: new Error('no answer of +1 555 000 0001 or 15550000001@s.whatsapp.net') },
  ]) {
    it(`keeps no phone number of ${JSON.stringify(facts)}`, async () => {
      const line = await written(facts, 'told')
      assert.doesNotMatch(line.replaceAll(/"time":\d+/g, ''), /5550000001|555 000 0001/)
      assert.match(line, /\[phone \.\.01\]/)
    })
  }

  it('keeps times, ports and the numbers of messages', async () => {
    const line = await written({ port: 6697, seq: 1234567, id: '3EB0123456', eventId: '$1234567890' }, 'done 1234567')
    for (const kept of ['6697', '1234567', '3EB0123456', '$1234567890']) assert.ok(line.includes(kept), kept)
  })
})
