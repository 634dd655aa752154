import assert from 'node:assert/strict'
import { BridgeError, type LoginStep } from '@pons/core'
import { RpcError } from '@pons/test/telegram'
import { logIn, phone, startAdapter, type Adapter } from './support.ts'

describe('logging in to Telegram', () => {
  async function refused(
    adapter: Adapter,
    flow: string,
    answers: readonly (string | (() => string))[],
    words: RegExp,
  ): Promise<void> {
    await assert.rejects(logIn(adapter.connector, flow, answers), (error: unknown) => {
      assert.ok(error instanceof BridgeError, String(error))
      assert.match(error.message, words)
      return true
    })
  }

  const code = (adapter: Adapter) => () => adapter.server.lastCode(phone) ?? ''

  it('takes phone, code and password, and asks again for what was wrong', async () => {
    await using adapter = await startAdapter()
    adapter.server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const asked: string[] = []
    const result = await logIn(
      adapter.connector,
      'phone',
      [`+${phone}`, '00000', code(adapter), 'not it', 'a second password'],
      (step) => asked.push(step.instructions),
    )
    assert.match(result.remoteName, /^Ada \(\+15550000001\)/)
    assert.match(asked[2] ?? '', /That code is wrong/)
    assert.match(asked[3] ?? '', /two-step verification.*the usual/)
    assert.match(asked[4] ?? '', /That password is wrong/)
    assert.deepEqual(adapter.server.violations, [])
  })

  it('goes to the data centre where the account lives', async () => {
    await using adapter = await startAdapter()
    adapter.server.addPerson({ firstName: 'Ada', phone, homeDc: 4 })
    await logIn(adapter.connector, 'phone', [`+${phone}`, code(adapter)])
    const [stored] = await adapter.host.store.list('login/')
    assert.equal((stored?.value as { dcId: number } | undefined)?.dcId, 4)
  })

  it('takes a QR code that is scanned, with a password where there is one', async () => {
    await using adapter = await startAdapter()
    const person = adapter.server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const steps: LoginStep[] = []
    const result = await logIn(adapter.connector, 'qr', ['a second password'], (step) => {
      steps.push(step)
      if (step.kind === 'display') adapter.server.acceptQr(step.data, person)
    })
    assert.equal(result.id, person.id.toString())
    assert.equal(steps[0]?.kind, 'display')
  })

  it('takes a bot’s token, and says when it is wrong', async () => {
    await using adapter = await startAdapter()
    adapter.server.addPerson({ firstName: 'Robot', botToken: '1:token' })
    assert.match((await logIn(adapter.connector, 'bot', ['1:token'])).remoteName, /^Robot/)
    await refused(adapter, 'bot', ['1:wrong'], /That token is wrong/)
  })

  for (const [name, error, words] of [
    ['a banned number', new RpcError(400, 'PHONE_NUMBER_BANNED'), /banned this phone number/],
    ['too many tries', new RpcError(420, 'FLOOD_WAIT_3600'), /wait 3600 seconds/],
    ['a number nobody has', new RpcError(400, 'PHONE_NUMBER_INVALID'), /no such phone number/],
    ['a refusal without words of its own', new RpcError(400, 'SOMETHING_NEW'), /SOMETHING_NEW/],
  ] as const) {
    it(`says so: ${name}`, async () => {
      await using adapter = await startAdapter()
      adapter.server.addPerson({ firstName: 'Ada', phone })
      adapter.server.faults.onCall('auth.sendCode', { kind: 'error', error })
      await refused(adapter, 'phone', [`+${phone}`], words)
    })
  }

  it('says when a code has expired, and what is no phone number', async () => {
    await using adapter = await startAdapter()
    adapter.server.addPerson({ firstName: 'Ada', phone })
    adapter.server.faults.onCall('auth.signIn', { kind: 'error', error: new RpcError(400, 'PHONE_CODE_EXPIRED') })
    await refused(adapter, 'phone', [`+${phone}`, code(adapter)], /has expired/)
    await refused(adapter, 'phone', ['my number'], /no phone number/)
  })
})
