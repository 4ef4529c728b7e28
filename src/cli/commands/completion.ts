import { Argument, type Command } from 'commander'
import type { Terminal } from '../terminal.ts'

/** `tidegauge completion bash|zsh`: made from the very commands and options that there are. */
export function addCompletion(program: Command, { print }: Terminal): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh']))
    .description('Print the completion script: source <(tidegauge completion bash)')
    .action((shell: 'bash' | 'zsh') => print(shell === 'zsh' ? zshScript(program) : bashScript(program)))
}

/** zsh runs bash's completions after one line. */
function zshScript(program: Command): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(program)}`
}

/** Finds the command from the words before the cursor, the longest that is known, and offers what may follow it. */
function bashScript(program: Command): string {
  const cases = branchesOf(program).map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`)
  return `_tidegauge() {
  local path='tidegauge' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${commandPaths(program).join(' | ')} " in
      *" $path:$word "*) path="$path:$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tidegauge tidegauge`
}

type Branch = readonly [path: string, words: readonly string[]]

/** Every command as `tidegauge:lab:fit`, with what may follow it: subcommands, choices of its arguments, options. */
function branchesOf(command: Command, parents = ''): Branch[] {
  const path = `${parents}${command.name()}`
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
  const options = command.options.flatMap(({ long }) => long ?? [])
  const words = [...command.commands.map((sub) => sub.name()), ...choices, ...options]
  return [[path, words], ...command.commands.flatMap((sub) => branchesOf(sub, `${path}:`))]
}

const commandPaths = (program: Command): string[] => branchesOf(program).map(([path]) => path)
