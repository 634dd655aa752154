import assert from 'node:assert/strict'
import { testHomeserver } from '../support.ts'

describe('accounts', () => {
  it('cannot be registered twice at once: one gets the session, the others nothing', async () => {
    await using server = await testHomeserver({ password_hashing: 'cheap' })
    const body = (password: string) => ({ username: 'racer', password, auth: { type: 'm.login.dummy' } })
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        server.anonymous.request('POST', 'register', body(`password number ${index}`)),
      ),
    )
    const won = answers.filter(({ status }) => status === 200)
    assert.equal(won.length, 1)
    for (const { status, body: answer } of answers) {
      if (status === 200) continue
      assert.equal(answer['errcode'], 'M_USER_IN_USE')
      assert.equal(answer['access_token'], undefined)
    }
    const { services } = server.homeserver
    const tokens = await services.database.all('select user_id from access_token')
    assert.equal(tokens.length, 1)
  })

  it('are not for everybody by default, nor is the first of them an admin', async () => {
    await using closed = await testHomeserver({ registration: { open: false } })
    const body = { username: 'first', password: 'long enough 123', auth: { type: 'm.login.dummy' } }
    assert.match(await closed.anonymous.refusal('POST', 'register', body), /^403 /)
    await using open = await testHomeserver({ password_hashing: 'cheap' })
    await open.anonymous.post('register', body)
    const account = await open.homeserver.services.accounts.find('@first:example.org' as never)
    assert.equal(account?.isAdmin, false)
  })
})
