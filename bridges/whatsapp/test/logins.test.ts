import assert from 'node:assert/strict'
import { BridgeError, type LoginStep } from '@pons/core'
import { alice, logIn, scan, startAdapter } from './support.ts'

const owner = { name: 'Owner', phone: '15550000001' }

describe('logging in to WhatsApp', function () {
  async function refused(process: Promise<unknown>, words: RegExp) {
    await assert.rejects(process, (error: unknown) => {
      assert.ok(error instanceof BridgeError, String(error))
      assert.match(error.message, words)
      return true
    })
  }

  it('takes a QR code that is scanned', async () => {
    await using adapter = await startAdapter()
    const { server, host, connector } = adapter
    const person = server.addPerson(owner)
    const steps: LoginStep[] = []
    const result = await logIn(connector, 'qr', [], (step) => {
      steps.push(step)
      scan(server, person, step)
    })
    assert.equal(steps[0]?.kind, 'display')
    assert.match(steps[0]?.instructions ?? '', /Linked devices/)
    assert.equal(result.id, '9015550000001')
    assert.match(result.remoteName, /\(\+15550000001\) on WhatsApp$/)
    assert.deepEqual(result.metadata, { phone: person.pn, lid: person.lid })
    assert.equal(typeof (await host.store.get('creds/9015550000001')), 'string')
    assert.deepEqual(server.violations, [])
  })

  it('takes a code that is typed into the phone', async () => {
    await using adapter = await startAdapter()
    const { server, connector } = adapter
    const person = server.addPerson(owner)
    const steps: LoginStep[] = []
    const result = await logIn(connector, 'code', ['+1 555 000-0001'], (step) => {
      steps.push(step)
      scan(server, person, step)
    })
    assert.equal(result.id, '9015550000001')
    const [asked, shown] = steps
    assert.equal(asked?.kind === 'input' && asked.fields[0]?.type, 'phone')
    assert.match((shown?.kind === 'display' && shown.data) || '', /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    assert.deepEqual(server.violations, [])
  })

  it('comes to be the same login when it is done again', async () => {
    await using adapter = await startAdapter()
    const person = adapter.server.addPerson(owner)
    const once = async () => await logIn(adapter.connector, 'qr', [], (step) => scan(adapter.server, person, step))
    assert.equal((await once()).id, (await once()).id)
  })

  it('says when nobody scanned a code in time', async () => {
    await using adapter = await startAdapter()
    adapter.server.faults.areQrCodesExpired = true
    adapter.server.addPerson(owner)
    await refused(logIn(adapter.connector, 'qr', []), /not used in time.*login qr/)
  })

  it('says when the phone’s answer is not for this device', async () => {
    await using adapter = await startAdapter()
    const person = adapter.server.addPerson(owner)
    // The code of another connection: the phone signs for keys that this one does not have.
    const process = logIn(adapter.connector, 'qr', [], (step) => {
      if (step.kind === 'display')
        void adapter.server.scan(person, spoiled(step.data)).catch(() => adapter.server.dropConnections())
    })
    await refused(process, /did not work/)
  })

  it('says what is no phone number', async () => {
    await using adapter = await startAdapter()
    await refused(logIn(adapter.connector, 'code', ['my number']), /no phone number/)
  })

  it('ends when it is given up', async () => {
    await using adapter = await startAdapter()
    const abort = new AbortController()
    const process = adapter.connector.startLogin('qr', alice, abort.signal)
    await process.next({})
    abort.abort()
    await assert.rejects(process.next({}), BridgeError)
  })
})

/** The same code with another secret. */
function spoiled(code: string): string {
  const parts = code.split(',')
  parts[3] = Buffer.alloc(32, 1).toString('base64')
  return parts.join(',')
}
