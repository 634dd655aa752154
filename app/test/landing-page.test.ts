import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, parseConfig, runPons, type RunningPons } from '@pons/app'

describe('the address that a start prints', () => {
  let folder: string
  let pons: RunningPons

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pons-landing-'))
    const text = `
server_name: here.test
listeners: [{ port: 0 }]
password_hashing: cheap
networks: { irc: {}, telegram: {}, whatsapp: false }
`
    const loaded = parseConfig(text, join(folder, 'pons.yaml'))
    pons = await runPons({ loaded, logger: createLogger({ level: 'silent' }) })
  })
  after(async () => {
    await pons[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('shows a page to a browser: what this is, and which bots there are', async () => {
    const answer = await fetch(`${pons.urls[0]}/`, { headers: { accept: 'text/html' } })
    const html = await answer.text()
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    for (const words of ['<h1>here.test</h1>', '@ircbot:here.test', '@telegrambot:here.test', pons.urls[0] ?? ''])
      assert.ok(html.includes(words), words)
    assert.ok(!html.includes('whatsapp'), 'what is off is not offered')
  })

  it('takes nothing of a request for mark-up', async () => {
    const { port } = new URL(pons.urls[0] ?? '')
    const { request } = await import('node:http')
    const html = await new Promise<string>((resolve, reject) => {
      const headers = { host: 'x"><script>alert(1)</script>' }
      request({ port, host: '127.0.0.1', path: '/', headers }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => resolve(text))
      })
        .on('error', reject)
        .end()
    })
    assert.ok(html.includes('&lt;script&gt;') && !html.includes('<script>'))
  })

  it('answers in JSON where clients ask for what is not there', async () => {
    for (const path of ['/nothing', '/_matrix/client/v3/nothing']) {
      const answer = await fetch(pons.urls[0] + path)
      assert.deepEqual([answer.status, ((await answer.json()) as { errcode: string }).errcode], [404, 'M_UNRECOGNIZED'])
    }
  })

  it('has bots whom a newcomer finds by search', async () => {
    const { services } = pons.homeserver
    const userId = '@newcomer:here.test' as never
    await services.accounts.create({ userId })
    const { accessToken } = await services.sessions.logIn({ userId })
    for (const [text, bot] of [
      ['irc', '@ircbot:here.test'],
      ['Telegram', '@telegrambot:here.test'],
    ]) {
      const answer = await fetch(`${pons.urls[0]}/_matrix/client/v3/user_directory/search`, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({ search_term: text }),
      })
      const { results } = (await answer.json()) as { results: { user_id: string }[] }
      assert.ok(
        results.some((found) => found.user_id === bot),
        text,
      )
    }
  })
})
