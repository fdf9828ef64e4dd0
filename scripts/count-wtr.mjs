/** A Web Test Runner reporter that writes only the counts, as JSON. A file that can't be run counts as a failure. */
import { writeFileSync } from 'node:fs';

export function countReporter(file) {
  return {
    onTestRunFinished({ sessions }) {
      const counts = { passed: 0, failed: 0, skipped: 0 };
      for (const session of sessions) {
        const tests = allTests(session.testResults);
        for (const test of tests) counts[test.skipped ? 'skipped' : test.passed ? 'passed' : 'failed']++;
        if (!session.passed && tests.every((test) => test.passed || test.skipped)) counts.failed++;
      }
      writeFileSync(file, JSON.stringify(counts));
    },
  };
}

function allTests(suite) {
  return suite ? [...suite.tests, ...suite.suites.flatMap(allTests)] : [];
}
