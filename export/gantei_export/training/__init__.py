"""Trains the demo estimators on drawn photographs: `python -m gantei_export.training --out DIR`.

They learn made-up rules (`gantei.demo.people.RULES`) and know nothing about eyes.
"""
