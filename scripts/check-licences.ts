// Fails when something under the GPL or AGPL is among what everybody who runs Pons must install.
import { readFileSync } from 'node:fs'
import { copyleftInProduction, type LockedPackages } from './copyleft-in-production.ts'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: LockedPackages }
const found = copyleftInProduction(packages, ['app', 'bridges/irc', 'bridges/telegram'])
for (const way of found) console.error(`a package under the GPL is not optional: ${way}`)
if (found.length > 0) process.exitCode = 1
