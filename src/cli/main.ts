#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { loadConfig, loadEnvironmentFile, wantsColour } from '../config.ts'
import { runCommand } from './run-command.ts'
import { openTerminal } from './terminal.ts'

if (existsSync('.env')) loadEnvironmentFile('.env')
const terminal = openTerminal(wantsColour())
process.exitCode = await runCommand(process.argv.slice(2), { terminal, config: loadConfig })
