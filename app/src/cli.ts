import { parseArgs } from 'node:util'
import { RegistrationError } from '@pons/registration'
import { ConfigError } from './config/config-error.ts'
import { startFailure } from './start-failure.ts'
import { version } from './version.ts'

const usage = `Usage: pons COMMAND [OPTIONS]

  start      run the homeserver and the bridges
             --config FILE   configuration (default: pons.yaml, written at the first start)
             --log-level L   trace, debug, info, warn, error
  bridge     run the bridges on another homeserver, which knows their registrations
             --homeserver URL --domain NAME   which one, if the configuration does not say
  registration   write the registration of a bridge for another homeserver:
             pons registration NETWORK [--file FILE] [--homeserver URL --domain NAME]
  demo       the same as start with a real IRC server on loopback and somebody on each side
             --once          check the exchange and end
  register   make an account:  pons register NAME [--admin] [--password-file FILE] [--config FILE]
  password   give an account another password:  pons password NAME [--password-file FILE] [--config FILE]
  version    say which version this is
  help       say this
`

const options = {
  config: { type: 'string', short: 'c', default: 'pons.yaml' },
  'log-level': { type: 'string' },
  homeserver: { type: 'string' },
  domain: { type: 'string' },
  file: { type: 'string' },
  'password-file': { type: 'string' },
  admin: { type: 'boolean', default: false },
  once: { type: 'boolean', default: false },
} as const

/** Runs one command; returns the exit code. Each command's code is loaded only when it is asked for. */
export async function runCli(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const [command = 'help', ...rest] = positionals
    switch (command) {
      case 'start': {
        const { start } = await import('./start.ts')
        const level = values['log-level']
        return await start({ configFile: values.config, ...(level !== undefined && { logLevel: level }) })
      }
      case 'bridge': {
        const { bridge } = await import('./start.ts')
        const level = values['log-level']
        const homeserver = homeserverOf(values)
        return await bridge({ configFile: values.config, homeserver, ...(level !== undefined && { logLevel: level }) })
      }
      case 'registration': {
        const { registration } = await import('./registration.ts')
        const { config: configFile, file } = values
        const homeserver = homeserverOf(values)
        return registration({ configFile, homeserver, name: rest[0], ...(file !== undefined && { file }) })
      }
      case 'demo': {
        const { demo } = await import('./demo/demo.ts')
        return await demo({ isOnce: values.once, port: values.once ? 0 : 8008 })
      }
      case 'register': {
        const { register } = await import('./register.ts')
        const passwordFile = values['password-file']
        return await register({
          configFile: values.config,
          name: rest[0],
          isAdmin: values.admin,
          ...(passwordFile !== undefined && { passwordFile }),
        })
      }
      case 'password': {
        const { password } = await import('./password.ts')
        const passwordFile = values['password-file']
        return await password({
          configFile: values.config,
          name: rest[0],
          ...(passwordFile !== undefined && { passwordFile }),
        })
      }
      case 'version':
        console.log(version)
        return 0
      case 'help':
        console.log(usage)
        return 0
      default:
        console.error(`pons: there is no command ${command}\n\n${usage}`)
        return 2
    }
  } catch (error) {
    return tell(error)
  }
}

function homeserverOf({ homeserver: address, domain }: { homeserver?: string; domain?: string }) {
  return { ...(address !== undefined && { address }), ...(domain !== undefined && { domain }) }
}

/** Mistakes of the person are told in their words; anything else with what a report needs. */
function tell(error: unknown): number {
  const isTheirs = error instanceof ConfigError || error instanceof RegistrationError
  const isArgument = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  if (isTheirs) console.error(error.message)
  else if (isArgument) console.error(`pons: ${error.message}\n\n${usage}`)
  else {
    const words = startFailure(error)
    console.error(words === undefined ? error : `pons: ${words}`)
  }
  return isArgument ? 2 : 1
}
