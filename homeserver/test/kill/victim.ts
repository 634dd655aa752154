// A homeserver that kills itself at the n-th time of a named step: `victim.ts DATABASE PORT SERVICE_URL [STEP N]`.
import { configWith, startHomeserver } from '../../src/index.ts'
import { quiet, testRegistration } from '../support.ts'

const [database = '', port = '0', serviceUrl = '', step, times] = process.argv.slice(2)
let left = Number(times ?? 0)

const homeserver = await startHomeserver({
  config: configWith({
    server_name: 'example.org',
    database: `sqlite:${database}`,
    listeners: [{ host: '127.0.0.1', port: Number(port) }],
  }),
  logger: quiet,
  registrations: [{ ...testRegistration('irc'), url: serviceUrl }],
  onStep(name) {
    if (name === step && --left === 0) process.kill(process.pid, 'SIGKILL')
  },
})
process.send?.({ url: homeserver.urls[0] })
