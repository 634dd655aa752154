import { once } from 'node:events'
import { loadConfig } from './config/load-config.ts'
import { makeFirstAccount, writeFirstConfig, type FirstAccount } from './first-start.ts'
import { giveBackMemory } from './give-back-memory.ts'
import { createLogger } from './logger.ts'
import { runPons, type RunningPons } from './run-pons.ts'

export interface StartOptions {
  readonly configFile: string
  readonly logLevel?: string
}

/** Runs until SIGINT or SIGTERM; returns the exit code. */
export async function start({ configFile, logLevel }: StartOptions): Promise<number> {
  const isNew = writeFirstConfig(configFile)
  const loaded = loadConfig(configFile)
  const { log } = loaded.config
  const logger = createLogger({
    level: logLevel ?? log.level,
    ...(log.file !== undefined && { file: loaded.besideFile(log.file) }),
  })
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  await using pons = await runPons({ loaded, logger })
  const account = await makeFirstAccount(pons.homeserver, pons.serverName)
  giveBackMemory()
  console.log(welcome(pons, { configFile: loaded.file, isNew, account }))
  // A server without listeners and without connections has nothing else that keeps the process alive.
  const alive = setInterval(() => undefined, 2 ** 30)
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
  clearInterval(alive)
  console.log('Stopping.')
  return 0
}

/** What to say to each bot first. */
const firstWords: Readonly<Record<string, (bot: string) => string[]>> = {
  irc: (bot) => [
    `  To join an IRC channel, start a chat with ${bot} and say:`,
    '      add-network libera irc.libera.chat',
    '      join libera #channel',
  ],
  telegram: (bot) => [`  To bridge your Telegram chats, start a chat with ${bot} and say:`, '      login'],
  whatsapp: (bot) => [`  To bridge your WhatsApp chats, start a chat with ${bot} and say:`, '      login'],
}

function welcome(
  { urls, serverName, bridges }: RunningPons,
  first: { configFile: string; isNew: boolean; account: FirstAccount | undefined },
): string {
  const lines = [`Pons is running for ${serverName}.`, '']
  if (first.isNew) lines.push(`  Its configuration was written to ${first.configFile}`, '')
  lines.push(`  Point a Matrix client at  ${urls.join(' or ')}`)
  if (first.account !== undefined) {
    lines.push(`  and log in as             ${first.account.userId}`)
    lines.push(`  with the password         ${first.account.password}   (shown this once)`)
  }
  for (const { botUserId, network } of bridges) lines.push('', ...(firstWords[network]?.(botUserId) ?? []))
  lines.push('', '  More accounts: npm run pons -- register NAME. Ctrl-C stops.')
  return lines.join('\n')
}
