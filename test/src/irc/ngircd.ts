import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { endedWithUs } from './ended-with-us.ts'
import { untilListening } from './until-listening.ts'

export interface Ngircd extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

const programs = ['/usr/sbin/ngircd', '/usr/bin/ngircd', '/usr/local/sbin/ngircd']

/** The program's path; undefined when ngIRCd is not installed here. */
export function findNgircd(): string | undefined {
  return programs.find((path) => existsSync(path))
}

/** A real ngIRCd of its own on loopback, with the settings that it has where nobody sets anything: nicks of nine letters. */
export async function startNgircd(program: string): Promise<Ngircd> {
  const folder = await mkdtemp(join(tmpdir(), 'pons-ngircd-'))
  const port = await freePort()
  const config = join(folder, 'ngircd.conf')
  const lines = [
    '[Global]',
    'Name = ng.test',
    'Info = a server of the tests',
    'Listen = 127.0.0.1',
    `Ports = ${port}`,
    'MotdPhrase = hello',
    '[Limits]',
    'MaxConnectionsIP = 0',
    '[Options]',
    'DNS = no',
    'Ident = no',
    'PAM = no',
  ]
  await writeFile(config, `${lines.join('\n')}\n`)
  // As root it gives its rights up, and reads its configuration after that.
  await chmod(folder, 0o755)
  const child = spawn(program, ['-n', '-f', config], { stdio: 'ignore' })
  const server = endedWithUs(child, folder)
  await untilListening(port, child)
  return {
    host: '127.0.0.1',
    port,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
