// Loaded by `--import` into a process of Pons that is to talk to the loopback side of WhatsApp.
import { trustTestRoot } from './trust-test-root.ts'

trustTestRoot()
