import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, parseConfig, runPons } from '@pons/app'
import type { UserId } from '@pons/matrix'
import { RudeServer } from '../src/irc/rude-server.ts'
import { MatrixPerson } from '../src/matrix/matrix-person.ts'

describe('a stop while somebody waits to be let into a channel', function () {
  it('waits for no answer of the network', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pons-stop-'))
    try {
      await using server = await RudeServer.start()
      server.onLine = ({ command }) => command === 'JOIN'
      const network = { address: '127.0.0.1', port: server.port, tls: 'plain' }
      const settings = {
        server_name: 'here.test',
        listeners: [{ port: 0 }],
        password_hashing: 'cheap',
        networks: { irc: { networks: { net: network } }, telegram: false, whatsapp: false },
      }
      const loaded = parseConfig(JSON.stringify(settings), join(folder, 'pons.yaml'))
      const pons = await runPons({ loaded, logger: createLogger({ level: 'silent' }) })
      await pons.homeserver.services.accounts.create({ userId: '@ada:here.test' as UserId, password: 'password' })
      await using ada = await MatrixPerson.logIn({ url: pons.urls[0] ?? '', name: 'ada', password: 'password' })
      const joining = assert.rejects(ada.join('#irc_net_#chan:here.test'))
      const connection = await server.connection(0)
      await connection.waitFor(({ command }) => command === 'JOIN')
      // Resolves: the limit of the test is the check.
      await pons[Symbol.asyncDispose]()
      await joining
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
