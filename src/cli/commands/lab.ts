import { Argument, type Command, Option } from 'commander'
import { classifierAlgorithms } from '../../../models/classifiers/classifier.ts'
import { detectorAlgorithms } from '../../../models/detectors/detector.ts'
import {
  type ClassifyOptions,
  type ExplainReport,
  fitAndExplain,
  fitAndPredict,
  type FitReport,
  importanceKinds,
} from '../lab/classify.ts'
import { detect, type DetectOptions, type DetectReport } from '../lab/detect.ts'
import { contamination, params, seed, words } from '../option-words.ts'
import { report, table, type Terminal } from '../terminal.ts'

type Algorithmless<T> = Omit<T, 'algorithm'> & { readonly json?: boolean }

/** `tidegauge lab`: the models of this house on anybody's CSV files, without a database. */
export function addLab(program: Command, terminal: Terminal): void {
  const lab = program
    .command('lab')
    .description('Try the classifiers and detectors on CSV files of your own.')
  const classifier = new Argument('<algorithm>').choices(classifierAlgorithms)

  classifying(lab.command('fit').addArgument(classifier))
    .description('Fit a classifier, predict a test file, and say how well that went.')
    .addOption(
      new Option('--importance <kind>', 'what the importances are').choices(importanceKinds).default('gain'),
    )
    .option('--out <file>', 'write the class probabilities of every test row, one column per class')
    .action(
      async (
        algorithm: ClassifyOptions['algorithm'],
        options: Algorithmless<Parameters<typeof fitAndPredict>[0]>,
      ) => report(terminal, options, await fitAndPredict({ ...options, algorithm }), fitInWords),
    )

  classifying(lab.command('explain').addArgument(classifier))
    .description('Fit a classifier and write the SHAP values of every test row.')
    .requiredOption('--out <file>', 'write row (from 0), class, feature, value, base and output_space')
    .action(
      async (
        algorithm: ClassifyOptions['algorithm'],
        options: Algorithmless<Parameters<typeof fitAndExplain>[0]>,
      ) => report(terminal, options, await fitAndExplain({ ...options, algorithm }), explanationInWords),
    )

  lab
    .command('detect')
    .addArgument(new Argument('<algorithm>').choices(detectorAlgorithms))
    .description('Fit an anomaly detector and score a file; the higher the score, the more abnormal.')
    .requiredOption('--train <file>', 'CSV of numbers with a header; a blank cell is missing')
    .option('--test <file>', 'score this file instead of the training rows')
    .option('--contamination <share>', 'share of abnormal training rows, or "auto"', contamination, 0.1)
    .addOption(
      new Option('--ignore <columns>', 'columns to leave out, separated by commas')
        .argParser(words)
        .default([], 'none'),
    )
    .addOption(new Option('--params <json>', 'hyper-parameters').argParser(params).default({}, 'none'))
    .option('--engine <name>', 'who computes (default: native-ts; autoencoder also: tfjs)')
    .option('--seed <n>', 'the same seed, the same result', seed, 42)
    .option('--out <file>', 'write score and label (1 = anomaly) of every row')
    .option('--json', 'print one line of JSON')
    .action(async (algorithm: DetectOptions['algorithm'], options: Algorithmless<DetectOptions>) =>
      report(terminal, options, await detect({ ...options, algorithm }), detectionInWords),
    )
}

function classifying(command: Command): Command {
  return command
    .requiredOption('--train <file>', 'CSV with a header; a blank cell is missing')
    .requiredOption('--test <file>', 'CSV with the same columns; the target may be left out')
    .requiredOption('--target <column>', 'the column with the class of each row, free text')
    .addOption(
      new Option('--categorical <columns>', 'columns of categories, free text, separated by commas')
        .argParser(words)
        .default([], 'none'),
    )
    .addOption(
      new Option('--ignore <columns>', 'columns to leave out, separated by commas')
        .argParser(words)
        .default([], 'none'),
    )
    .addOption(
      new Option('--params <json>', "hyper-parameters by the original library's names")
        .argParser(params)
        .default({}, 'none'),
    )
    .option('--engine <name>', 'who computes (default: native-ts; random-forest also: mljs)')
    .option('--seed <n>', 'the same seed, the same model', seed, 42)
    .option('--json', 'print one line of JSON')
}

const rounded = (value: number | null): string => (value === null ? '–' : value.toFixed(4))

function fitInWords(fit: FitReport): string {
  const importances = Object.entries(fit.importances)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => [name, rounded(share)])
  return [
    `${fit.algorithm} (${fit.engine}): ${fit.train_rows} rows learned in ${fit.fit_ms} ms, ${fit.test_rows} predicted in ${fit.predict_ms} ms`,
    `macro-F1 ${rounded(fit.macro_f1)}, log-loss ${rounded(fit.log_loss)}, accuracy ${rounded(fit.accuracy)}`,
    '',
    table(['feature', 'importance'], importances),
  ].join('\n')
}

function explanationInWords({ test_rows, classes, explain_ms, output_space, out }: ExplainReport): string {
  return `${out}: SHAP values of ${test_rows} rows for ${classes.length} classes (${output_space}), in ${explain_ms} ms`
}

/** How many rows are shown where no file takes them all. */
const shownRows = 10

function detectionInWords(detection: DetectReport): string {
  const { algorithm, engine, scored_rows, anomalies, threshold, contamination: share, scores } = detection
  const top = [...(scores ?? []).entries()].sort(([, a], [, b]) => b - a).slice(0, shownRows)
  return [
    `${algorithm} (${engine}): ${anomalies} of ${scored_rows} rows above ${threshold} (contamination ${share})`,
    ...(top.length === 0 ? [] : ['', table(['row', 'score'], top)]),
  ].join('\n')
}
