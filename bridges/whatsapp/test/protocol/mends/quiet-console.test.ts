import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { libraryLogger } from '../../../src/protocol/library-logger.ts'
import { quietConsole } from '../../../src/protocol/mends/quiet-console.ts'

describe('what the libraries of WhatsApp have to say', () => {
  it('puts no key on the console', async () => {
    quietConsole()
    const heard: string[] = []
    const write = process.stdout.write.bind(process.stdout)
    const writeError = process.stderr.write.bind(process.stderr)
    const listen = (piece: unknown): boolean => heard.push(String(piece)) > 0
    process.stdout.write = listen
    process.stderr.write = listen
    try {
      const records = createRequire(import.meta.url)('libsignal/src/session_record.js') as Records
      const record = new records()
      const entry = records.createEntry()
      entry.indexInfo = { closed: -1, baseKey: Buffer.from('the base key'), baseKeyType: 1 }
      entry.currentRatchet = { rootKey: Buffer.from('the root key') }
      record.setSession(entry)
      record.closeSession(entry)
      record.openSession(entry)
      // eslint-disable-next-line no-console
      console.info('something else', entry)
      // eslint-disable-next-line no-console
      console.warn('of another program')
    } finally {
      process.stdout.write = write
      process.stderr.write = writeError
    }
    assert.deepEqual(heard, ['of another program\n'])
  })

  it('is on the console with the library alone, keys and all', async () => {
    const program = `
      const Record = require('libsignal/src/session_record.js')
      const [record, entry] = [new Record(), Record.createEntry()]
      entry.indexInfo = { closed: -1, baseKey: Buffer.from('the base key'), baseKeyType: 1 }
      entry.currentRatchet = { rootKey: Buffer.from('the root key') }
      record.setSession(entry)
      record.closeSession(entry)`
    const given = { cwd: import.meta.dirname }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', program], given)
    assert.match(stdout + stderr, /rootKey/)
  })

  it('puts neither stanzas nor keys into the log', () => {
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
    const library = libraryLogger(logger).child({ secret: 'whole' })
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) {
      library[level]({ node: '<message>the words</message>', key: 'the key' }, `at ${level}`)
    }
    library.error('only words')
    assert.doesNotMatch(lines.join(''), /the words|the key|whole/)
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
      ['at warn', 'at error', 'only words'],
    )
  })
})

interface Records {
  new (): { setSession(entry: Entry): void; closeSession(entry: Entry): void; openSession(entry: Entry): void }
  createEntry(): Entry
}

interface Entry {
  indexInfo: object
  currentRatchet: object
}
