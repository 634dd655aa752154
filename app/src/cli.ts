import { parseArgs } from 'node:util'
import { RegistrationError } from '@pons/registration'
import { ConfigError } from './config/config-error.ts'
import { version } from './version.ts'

const usage = `Usage: pons COMMAND [OPTIONS]

  start      run the homeserver and the bridges
             --config FILE   configuration (default: pons.yaml, written at the first start)
             --log-level L   trace, debug, info, warn, error
  demo       the same with a real IRC server on loopback and somebody on each side
             --once          check the exchange and end
  register   make an account:  pons register NAME [--admin] [--password-file FILE] [--config FILE]
  version    say which version this is
  help       say this
`

const options = {
  config: { type: 'string', short: 'c', default: 'pons.yaml' },
  'log-level': { type: 'string' },
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
      case 'demo': {
        const { demo } = await import('./demo/demo.ts')
        return await demo({ isOnce: values.once })
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

/** Mistakes of the person are told in their words; anything else with what a report needs. */
function tell(error: unknown): number {
  const isTheirs = error instanceof ConfigError || error instanceof RegistrationError
  const isArgument = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  if (isTheirs) console.error(error.message)
  else if (isArgument) console.error(`pons: ${error.message}\n\n${usage}`)
  else console.error(error)
  return isArgument ? 2 : 1
}
