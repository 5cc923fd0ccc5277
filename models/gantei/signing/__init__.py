"""Signatures of estimators' folders, in the OpenSSF Model Signing format (docs/signatures.md).

`sign_folder` makes one, `judge` says what one is worth, `admit` is asked before an estimator opens.
"""
